/** Whether a request is sent once more, and when. */
import { retryAfter } from "./headers.js";

const FIRST_WAIT_MS = 500;
const TOO_MANY_REQUESTS = 429;

/** How often a request is sent once more, and how long a wait may be. */
export interface Retries {
  readonly times: number;
  readonly maxWaitMs: number;
}

/**
 * Returns the milliseconds until the next try, or undefined if there is none.
 * @param done The retries so far.
 * @param result The response, or the connection error of `fetch`.
 */
export function waitMs(retries: Retries, done: number, result: Response | TypeError): number | undefined {
  const failed = result instanceof TypeError;
  if (done >= retries.times || (!failed && result.status !== TOO_MANY_REQUESTS)) {
    return undefined;
  }
  const growing = FIRST_WAIT_MS * 2 ** done;
  const told = failed ? undefined : retryAfter(result.headers);
  const wait = told === undefined ? growing : told * 1000;
  return wait <= retries.maxWaitMs ? wait : undefined;
}

/** Waits; `signal` ends it with an error. */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) {
      stop();
    }
  });
}
