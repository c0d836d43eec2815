/** The two operations. This module names no property: types and descriptions come from the contract. */
import type { Authorization } from "./auth.js";
import { PATH } from "./contract.js";
import { ApiError, errorOf } from "./errors.js";
import { requestBudget, type RequestBudget } from "./headers.js";
import { exact, parse, stringify } from "./json.js";
import type { CallOptions, ClientOptions, Fetch } from "./options.js";
import { pause, waitMs } from "./retries.js";
import type { components } from "./schema.js";

const DEFAULTS = { timeoutMs: 15_000, retries: 2, maxWaitMs: 60_000 };
const UNAUTHORIZED = 401;

export type PhoneProperties = components["schemas"]["PhoneProperties"];
export type PhonePropertiesUpdate = components["schemas"]["PhonePropertiesUpdate"];

/** A number, also as text, or `@me`. */
export type ExtensionId = number | bigint | string;

/** A response: the settings, the request budget, and the raw response with an unread body. */
export interface PhoneResponse {
  readonly settings: PhoneProperties;
  readonly budget: RequestBudget;
  readonly response: Response;
}

/** Reads and changes the settings of internal numbers. */
export class PhoneClient {
  readonly #baseUrl: string;
  readonly #authorization: Authorization;
  readonly #options: ClientOptions;

  /**
   * @param baseUrl The server with its base path, such as `https://host/api/ver1.0`.
   * @param authorization `ClientCredentials` or `BearerToken`.
   */
  constructor(baseUrl: string, authorization: Authorization, options: ClientOptions = {}) {
    this.#baseUrl = new URL(baseUrl).href.replace(/\/$/, "");
    this.#authorization = authorization;
    this.#options = options;
  }

  /**
   * {{ get.summary }}.
   *
   * {{ get.description | indent("   * ") }}
   * @param extensionId {{ extension_id | indent("   *   ") }}
   * @throws ApiError The response is not the settings.
   * @throws TokenError The token endpoint gave no token.
   * @throws TypeError There was no response.
   * @throws RangeError The id is a number above 2^53 - 1; nothing was sent.
   */
  async get(extensionId: ExtensionId, options: CallOptions = {}): Promise<PhoneProperties> {
    return (await this.getResponse(extensionId, options)).settings;
  }

  /**
   * {{ put.summary }}.
   *
   * {{ put.description | indent("   * ") }}
   * @param extensionId {{ extension_id | indent("   *   ") }}
   * @param changes The settings to change. Null is sent, `undefined` is not.
   * @param options With `retry: true`, an update is retried too.
   * @throws ApiError The server refused the change, and changed nothing.
   * @throws TokenError The token endpoint gave no token.
   * @throws TypeError There was no response. The server may have made the change.
   * @throws RangeError A number is above 2^53 - 1; nothing was sent.
   */
  async update(extensionId: ExtensionId, changes: PhonePropertiesUpdate, options: CallOptions = {}): Promise<PhoneProperties> {
    return (await this.updateResponse(extensionId, changes, options)).settings;
  }

  /** Does the same as `get`; returns the response with its headers and the request budget. */
  async getResponse(extensionId: ExtensionId, options: CallOptions = {}): Promise<PhoneResponse> {
    return this.#call(extensionId, { method: "GET" }, { ...options, retry: options.retry ?? true });
  }

  /** Does the same as `update`; returns the response with its headers and the request budget. */
  async updateResponse(
    extensionId: ExtensionId,
    changes: PhonePropertiesUpdate,
    options: CallOptions = {},
  ): Promise<PhoneResponse> {
    const init = { method: "PUT", body: stringify(changes), headers: { "Content-Type": "application/json" } };
    return this.#call(extensionId, init, options);
  }

  async #call(extensionId: ExtensionId, init: RequestInit, options: CallOptions): Promise<PhoneResponse> {
    const url = this.#baseUrl + PATH.replace("{extension_id}", encodeURIComponent(String(exact(extensionId))));
    const times = options.retry ? (this.#options.retries ?? DEFAULTS.retries) : 0;
    const retries = { times, maxWaitMs: this.#options.maxWaitMs ?? DEFAULTS.maxWaitMs };
    for (let done = 0; ; done++) {
      const result = await this.#authorizedTry(url, init, options).catch(connectionError);
      const wait = waitMs(retries, done, result instanceof TypeError ? result : result.response);
      if (wait === undefined) {
        return phoneResponse(result);
      }
      await pause(wait, options.signal);
    }
  }

  /** Sends a request, and once more with a new token if the server refuses the token. */
  async #authorizedTry(url: string, init: RequestInit, options: CallOptions): Promise<Answer> {
    const send = options.fetch ?? this.#options.fetch ?? ((url, init) => fetch(url, init));
    const token = await this.#authorization.token(url, undefined, send);
    const answer = await this.#try(send, url, init, token, options);
    if (answer.response.status !== UNAUTHORIZED) {
      return answer;
    }
    const other = await this.#authorization.token(url, token, send);
    return other === token ? answer : this.#try(send, url, init, other, options);
  }

  async #try(send: Fetch, url: string, given: RequestInit, token: string, options: CallOptions): Promise<Answer> {
    const headers = new Headers(given.headers);
    for (const [name, value] of Object.entries({ ...this.#options.headers, ...options.headers })) {
      headers.set(name, value);
    }
    headers.set("Authorization", `Bearer ${token}`);
    const timeout = AbortSignal.timeout(options.timeoutMs ?? this.#options.timeoutMs ?? DEFAULTS.timeoutMs);
    const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
    const init: RequestInit = { ...given, headers: Object.fromEntries(headers), redirect: "manual", signal };
    await this.#options.hooks?.request?.(url, init);
    const response = await send(url, init);
    await this.#options.hooks?.response?.(response);
    return { response, text: await response.clone().text(), token };
  }
}

/** A response, its body, and the token of the request. */
interface Answer {
  readonly response: Response;
  readonly text: string;
  readonly token: string;
}

/** Returns the error of `fetch` without a response, and throws each other one. */
function connectionError(error: unknown): TypeError {
  if (error instanceof TypeError) {
    return error;
  }
  throw error;
}

function phoneResponse(result: Answer | TypeError): PhoneResponse {
  if (result instanceof TypeError) {
    throw result;
  }
  const { response, text, token } = result;
  if (!response.ok) {
    throw errorOf(response, text.replaceAll(token, "***"));
  }
  return { settings: settings(response, text), budget: requestBudget(response.headers), response };
}

/** Returns the settings of a response. It checks only that the body is an object with exact numbers. */
function settings(response: Response, text: string): PhoneProperties {
  let body: unknown;
  try {
    body = parse(text);
  } catch (error) {
    throw new ApiError(response, undefined, error instanceof RangeError ? error.message : undefined);
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new ApiError(response);
  }
  return body as PhoneProperties;
}
