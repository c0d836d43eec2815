/** What goes wrong, as exceptions. None holds a secret, not even one that the server sent back. */
import type { components } from "./schema.js";

type ErrorBody = components["schemas"]["Error"];

/** The server answered something else than the settings: a refusal, or a success whose body is not readable. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  /**
   * @param status Status code of the answer; 0 for a redirect that a browser hides.
   * @param error The body, where it is one of the contract's errors.
   * @param retryAfter Seconds to wait before the next request, where the server says so.
   */
  constructor(
    readonly status: number,
    readonly error?: ErrorBody | undefined,
    readonly retryAfter?: number | undefined,
  ) {
    super([[status, error?.status].filter(Boolean).join(" "), error?.message].filter(Boolean).join(": "));
  }
}

/** The token endpoint gave no token: most likely the client id or the secret is wrong. */
export class TokenError extends Error {
  override readonly name = "TokenError";

  constructor(readonly status: number) {
    super(`no access token: the token endpoint answered ${status} without a usable one`);
  }
}

/** The response, if it is a success; else throws what it tells, without the token, should the server repeat it. */
export async function accepted(response: Response, token: string): Promise<Response> {
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
