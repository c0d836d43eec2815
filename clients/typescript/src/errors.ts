/** The exceptions. None contains a secret, not even one that the server repeats in a response. */
import type { components } from "./schema.js";

type ErrorBody = components["schemas"]["Error"];

/** The response of the server is not the settings: an error response, or a success with an invalid body. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  /**
   * @param status Status code of the response; 0 for a redirect in a browser, which hides the status code.
   * @param error The body, if it is an `Error` of the contract.
   * @param retryAfter Seconds to wait before the next request, if the server sends them.
   */
  constructor(
    readonly status: number,
    readonly error?: ErrorBody | undefined,
    readonly retryAfter?: number | undefined,
  ) {
    super([[status, error?.status].filter(Boolean).join(" "), error?.message].filter(Boolean).join(": "));
  }
}

/** The token endpoint gave no token. Usually the client id or the client secret is wrong. */
export class TokenError extends Error {
  override readonly name = "TokenError";

  constructor(readonly status: number) {
    super(`no access token: the token endpoint answered ${status} without a valid token`);
  }
}

/** Returns the response if it is a success; else throws its error, in which the token is masked. */
export async function requireSuccess(response: Response, token: string): Promise<Response> {
  if (response.ok) {
    return response;
  }
  const wait = response.headers.get("Retry-After") ?? "";
  const text = (await response.text()).replaceAll(token, "***");
  throw new ApiError(response.status, errorBody(text), /^\d+$/.test(wait) ? Number(wait) : undefined);
}

function errorBody(text: string): ErrorBody | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && !Array.isArray(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
