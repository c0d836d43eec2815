/** What the headers of a response say about the next request. */

/** How many requests the server allows. A value is undefined where its header is missing or is not a number. */
export interface RequestBudget {
  /** Requests an hour. */
  readonly limit: number | undefined;
  /** Requests that are left. */
  readonly remaining: number | undefined;
  /** When the count starts anew. */
  readonly reset: Date | undefined;
}

/** Reads the request budget. */
export function requestBudget(headers: Headers): RequestBudget {
  const [limit, remaining, reset] = ["Limit", "Remaining", "Reset"].map((name) =>
    wholeNumber(headers.get(`X-RateLimit-${name}`)),
  );
  return { limit, remaining, reset: reset === undefined ? undefined : new Date(reset * 1000) };
}

/** Returns the seconds of `Retry-After`, which is a number or an HTTP date (RFC 9110, 10.2.3). */
export function retryAfter(headers: Headers): number | undefined {
  const text = headers.get("Retry-After");
  const seconds = wholeNumber(text);
  // Date.parse also takes "-5" for a date.
  if (seconds !== undefined || !text?.endsWith(" GMT")) {
    return seconds;
  }
  // The server's own clock decides, because the clock of this machine may differ.
  const now = Date.parse(headers.get("Date") ?? "");
  const until = Date.parse(text) - (Number.isNaN(now) ? Date.now() : now);
  return Number.isNaN(until) ? undefined : Math.max(0, Math.ceil(until / 1000));
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
