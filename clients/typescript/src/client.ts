/** The two operations. No property is named here: the types are generated. */
import createClient, { type Client } from "openapi-fetch";
import { authorized, type Authorization } from "./auth.js";
import { PATH } from "./contract.js";
import { ApiError } from "./errors.js";
import type { components, paths } from "./schema.js";

export type PhoneProperties = components["schemas"]["PhoneProperties"];
export type PhonePropertiesUpdate = components["schemas"]["PhonePropertiesUpdate"];

/** Reads and changes the settings of internal numbers. */
export class PhoneClient {
  readonly #http: Client<paths>;
  readonly #timeoutMs: number;

  /** @param baseUrl The server with its base path, such as `https://host/api/ver1.0`. */
  constructor(baseUrl: string, authorization: Authorization, { timeoutMs = 15_000 }: { timeoutMs?: number } = {}) {
    this.#http = createClient<paths>({ baseUrl, fetch: authorized(authorization), redirect: "manual" });
    this.#timeoutMs = timeoutMs;
  }

  /**
   * All settings of an internal number, or of the own one by `@me`.
   * @throws ApiError The server answered something else.
   * @throws TokenError There is no token to ask with.
   */
  async get(extensionId: string): Promise<PhoneProperties> {
    const { response } = await this.#http.GET(PATH, this.#options(extensionId));
    return settings(response);
  }

  /**
   * Change what `changes` holds and nothing else; returns all settings. `undefined` is not sent, null is.
   * @throws ApiError The server refused the change, and changed nothing.
   * @throws TokenError There is no token to ask with.
   */
  async update(extensionId: string, changes: PhonePropertiesUpdate): Promise<PhoneProperties> {
    const { response } = await this.#http.PUT(PATH, { ...this.#options(extensionId), body: changes });
    return settings(response);
  }

  #options(extensionId: string) {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    return { params: { path: { extension_id: extensionId } }, parseAs: "stream", signal } as const;
  }
}

/** The types are the contract's; what the server really sent is not checked, except that it is an object. */
async function settings(response: Response): Promise<PhoneProperties> {
  const answer: unknown = await response.json().catch(() => undefined);
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
    throw new ApiError(response.status);
  }
  return answer as PhoneProperties;
}
