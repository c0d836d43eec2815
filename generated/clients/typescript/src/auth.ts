/** Access tokens: your own, or those for client credentials. Printing an object shows no token or secret. */
import { TOKEN_URL } from "./contract.js";
import { TokenError } from "./errors.js";
import type { Fetch } from "./options.js";

/** A token is renewed this long before it expires, but not before 90 % of its lifetime. */
const MARGIN_MS = 30_000;
const TIMEOUT_MS = 15_000;

export interface Authorization {
  /**
   * Returns the token for this URL.
   * @param refused After a 401, the token that the server refused; then the result is another one, if there is one.
   * @param send What sends the request for a token.
   */
  token(url: string, refused: string | undefined, send: Fetch): Promise<string>;
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
  token(url: string, refused: string | undefined, send: Fetch): Promise<string> {
    if (this.#token !== undefined && (this.#token === refused || Date.now() >= this.#renewAt)) {
      this.#current = this.#token = undefined;
    }
    this.#current ??= this.#request(new URL(this.#tokenUrl, url).href, send).catch((error: unknown) => {
      this.#current = undefined; // the next request tries again
      throw error;
    });
    return this.#current;
  }

  async #request(url: string, send: Fetch): Promise<string> {
    const body = new URLSearchParams(this.#form);
    const signal = AbortSignal.timeout(TIMEOUT_MS); // not that of a call, because several calls wait for one token
    const response = await send(url, { method: "POST", body, redirect: "manual", signal });
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

/** Checked here, because the error message of `fetch` would contain a token that it cannot send. */
function isBearerToken(token: string): boolean {
  return /^[!-~]+$/.test(token);
}
