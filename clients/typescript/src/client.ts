/** The two operations. This module names no property: the types are generated. */
import createClient, { type Client } from "openapi-fetch";
import { authorized, type Authorization } from "./auth.js";
import { PATH } from "./contract.js";
import { ApiError } from "./errors.js";
import type { components, paths } from "./schema.js";

export type PhoneProperties = components["schemas"]["PhoneProperties"];
export type PhonePropertiesUpdate = components["schemas"]["PhonePropertiesUpdate"];
/** The id of an internal number, or `@me`. */
export type ExtensionId = paths[typeof PATH]["get"]["parameters"]["path"]["extension_id"];

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
   * Returns all settings of an internal number; `@me` is the internal number of the user.
   * @throws ApiError The response is not the settings.
   * @throws TokenError The token endpoint gave no token.
   */
  async get(extensionId: ExtensionId): Promise<PhoneProperties> {
    const { response } = await this.#http.GET(PATH, this.#options(extensionId));
    return settings(response);
  }

  /**
   * Changes only the settings that are in `changes`; returns all settings. Null is sent, `undefined` is not.
   * @throws ApiError The server refused the change, and changed nothing.
   * @throws TokenError The token endpoint gave no token.
   */
  async update(extensionId: ExtensionId, changes: PhonePropertiesUpdate): Promise<PhoneProperties> {
    const { response } = await this.#http.PUT(PATH, { ...this.#options(extensionId), body: changes });
    return settings(response);
  }

  #options(extensionId: ExtensionId) {
    const signal = AbortSignal.timeout(this.#timeoutMs);
    return { params: { path: { extension_id: extensionId } }, parseAs: "stream", signal } as const;
  }
}

/** Returns the settings of a response. It checks only that the body is an object, not its properties. */
async function settings(response: Response): Promise<PhoneProperties> {
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new ApiError(response.status);
  }
  return body as PhoneProperties;
}
