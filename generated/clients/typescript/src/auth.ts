/** Access tokens: one that you hold, or those that client credentials get. Neither shows when it is printed. */
import { TOKEN_URL } from "./contract.js";
import { accepted, TokenError } from "./errors.js";

/** A token is renewed this long before it expires, or after nine tenths of a short life. */
const MARGIN_MS = 30_000;

export interface Authorization {
  /** The token to send to this URL; never `refused`, which the server just answered with 401, if another can be had. */
  token(url: string, refused?: string): Promise<string>;
}

/** A token that you hold. */
export class BearerToken implements Authorization {
  readonly #token: string;

  constructor(token: string) {
    if (!usable(token)) {
      throw new TypeError("a bearer token is printable ASCII without blanks (RFC 6750, 2.1)");
    }
    this.#token = token;
  }

  async token(): Promise<string> {
    return this.#token;
  }
}

/** Gets a token for the credentials of an application, anew before it expires and once when it is refused. */
export class ClientCredentials implements Authorization {
  readonly #form: Record<string, string>;
  readonly #tokenUrl: string;
  #current: Promise<string> | undefined; // requests that start together wait for one token
  #token: string | undefined;
  #renewAt = Infinity;

  /** @param tokenUrl The token endpoint; without a host, that of the API. */
  constructor(clientId: string, clientSecret: string, tokenUrl: string = TOKEN_URL) {
    this.#form = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
    this.#tokenUrl = tokenUrl;
  }

  /** @throws TokenError The token endpoint gave none. */
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
    const answer: unknown = response.ok ? await response.json().catch(() => undefined) : undefined;
    const { access_token: token, expires_in: seconds } = Object(answer);
    if (typeof token !== "string" || !usable(token)) {
      throw new TokenError(response.status);
    }
    // A token that does not say how long it lives is renewed when it is refused.
    const life = Number(seconds ?? Infinity) * 1000;
    this.#renewAt = Number.isFinite(life) ? Date.now() + life - Math.min(MARGIN_MS, life / 10) : Infinity;
    this.#token = token;
    return token;
  }
}

/** A fetch that sends a token, and once more with another one after a 401; a refusal becomes an exception. */
export function authorized(authorization: Authorization): (request: Request) => Promise<Response> {
  return async (request) => {
    const first = await authorization.token(request.url);
    const response = await send(request.clone(), first); // the body of a request can be read only once
    const second = response.status === 401 ? await authorization.token(request.url, first) : first;
    if (second === first) {
      return accepted(response, first);
    }
    await response.body?.cancel();
    return accepted(await send(request, second), second);
  };
}

async function send(request: Request, token: string): Promise<Response> {
  request.headers.set("Authorization", `Bearer ${token}`);
  return fetch(request);
}

/** `fetch` would show in its message what it cannot send. */
function usable(token: string): boolean {
  return /^[!-~]+$/.test(token);
}
