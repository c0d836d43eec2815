/** The exceptions. None contains a secret, not even one that the server repeats in a response. */
import { requestBudget, retryAfter, type RequestBudget } from "./headers.js";
import type { components } from "./schema.js";

type ErrorBody = components["schemas"]["Error"];

/** The response of the server is not the settings: an error response, or a success with an invalid body. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** Status code of the response; 0 for a redirect in a browser, which hides the status code. */
  readonly status: number;
  /** The headers of the response. */
  readonly headers: Headers;
  /** Seconds to wait before the next request, if the server sends them. */
  readonly retryAfter: number | undefined;
  /** The request budget. */
  readonly budget: RequestBudget;

  /**
   * @param error The body, if it is an `Error` of the contract.
   * @param reason What is wrong with a body of a success.
   */
  constructor(
    response: Response,
    readonly error?: ErrorBody | undefined,
    reason?: string | undefined,
  ) {
    super([[response.status, error?.status].filter(Boolean).join(" "), error?.message ?? reason].filter(Boolean).join(": "));
    this.status = response.status;
    this.headers = response.headers;
    this.retryAfter = retryAfter(response.headers);
    this.budget = requestBudget(response.headers);
  }
}

/** The token endpoint gave no token. Usually the client id or the client secret is wrong. */
export class TokenError extends Error {
  override readonly name = "TokenError";

  constructor(readonly status: number) {
    super(`no access token: the token endpoint answered ${status} without a valid token`);
  }
}

/** Returns the error of an error response; the text is its body without the token. */
export function errorOf(response: Response, text: string): ApiError {
  return new ApiError(response, errorBody(text));
}

function errorBody(text: string): ErrorBody | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && !Array.isArray(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
