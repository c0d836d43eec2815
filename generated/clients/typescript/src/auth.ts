/** Access tokens: your own, or those for client credentials. Printing an object shows no token or secret. */
import { TOKEN_URL } from "./contract.js";
import { requireSuccess, TokenError } from "./errors.js";

/** A token is renewed this long before it expires, but not before 90 % of its lifetime. */
const MARGIN_MS = 30_000;

export interface Authorization {
  /** Returns the token for this URL. After a 401, `refused` is the refused token; then it returns another one, if it can. */
  token(url: string, refused?: string): Promise<string>;
}

/** Sends a token that you already have. */
export class BearerToken implements Authorization {
  readonly #token: string;

  constructor(token: string) {
    if (!isBearerToken(token)) {
      throw new TypeError("a bearer token is printable ASCII without spaces (RFC 6750, 2.1)");
    }
    this.#token = token;
  }

  async token(): Promise<string> {
    return this.#token;
  }
}

/**
 * Requests tokens with the credentials of an application.
 * It requests a new token before the old one expires, and once if the server refuses the token.
 */
export class ClientCredentials implements Authorization {
  readonly #form: Record<string, string>;
  readonly #tokenUrl: string;
  #current: Promise<string> | undefined; // concurrent requests wait for the same token
  #token: string | undefined;
  #renewAt = Infinity;

  /** @param tokenUrl The token endpoint; a URL without a host is on the host of the API. */
  constructor(clientId: string, clientSecret: string, tokenUrl: string = TOKEN_URL) {
    this.#form = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
    this.#tokenUrl = tokenUrl;
  }

  /** @throws TokenError The token endpoint gave no token. */
  token(url: string, refused?: string): Promise<string> {
    if (this.#token !== undefined && (this.#token === refused || Date.now() >= this.#renewAt)) {
      this.#current = this.#token = undefined;
    }
    this.#current ??= this.#fetch(new URL(this.#tokenUrl, url)).catch((error: unknown) => {
      this.#current = undefined; // the next request tries again
      throw error;
    });
    return this.#current;
  }

  async #fetch(url: URL): Promise<string> {
    const body = new URLSearchParams(this.#form);
    const response = await fetch(url, { method: "POST", body, redirect: "manual", signal: AbortSignal.timeout(15_000) });
    const json: unknown = response.ok ? await response.json().catch(() => undefined) : undefined;
    const { access_token: token, expires_in: seconds } = Object(json);
    if (typeof token !== "string" || !isBearerToken(token)) {
      throw new TokenError(response.status);
    }
    // A token without a lifetime is renewed only if it is refused.
    const lifetime = Number(seconds ?? Infinity) * 1000;
    this.#renewAt = Number.isFinite(lifetime) ? Date.now() + lifetime - Math.min(MARGIN_MS, lifetime / 10) : Infinity;
    this.#token = token;
    return token;
  }
}

/** Returns a fetch function that adds a token, tries once more with a new token after a 401, and throws error responses. */
export function authorized(authorization: Authorization): (request: Request) => Promise<Response> {
  return async (request) => {
    const first = await authorization.token(request.url);
    const response = await send(request.clone(), first); // a clone, because the body of a request can be read only once
    const second = response.status === 401 ? await authorization.token(request.url, first) : first;
    if (second === first) {
      return requireSuccess(response, first);
    }
    await response.body?.cancel();
    return requireSuccess(await send(request, second), second);
  };
}

async function send(request: Request, token: string): Promise<Response> {
  request.headers.set("Authorization", `Bearer ${token}`);
  return fetch(request);
}

/** Checked here, because the error message of `fetch` would contain a token that it cannot send. */
function isBearerToken(token: string): boolean {
  return /^[!-~]+$/.test(token);
}
