/** The options of the client and of a call. */

/** Sends a request, as the global `fetch` does. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Functions that see every request but those for a token, and every response. A request contains the token. */
export interface Hooks {
  /** Called before a request is sent; it may change `init`. */
  request?: ((url: string, init: RequestInit) => void | Promise<void>) | undefined;
  /** Called when the headers of a response are there. To read the body, read that of `response.clone()`. */
  response?: ((response: Response) => void | Promise<void>) | undefined;
}

/** Options of one call; those of the client are used where one is missing. */
export interface CallOptions {
  /** Sends the requests, for example through a proxy or with a client certificate. */
  fetch?: Fetch | undefined;
  /** Further headers. */
  headers?: Record<string, string> | undefined;
  /** Ends the call, also while it waits for a retry. */
  signal?: AbortSignal | undefined;
  /** Milliseconds for each try. The default is 15,000. */
  timeoutMs?: number | undefined;
  /**
   * Whether to send the request once more after a connection error or a 429. The default is true for a read. It is false
   * for an update: without a response, nobody knows whether the server made the change.
   */
  retry?: boolean | undefined;
}

/** Options of the client. */
export interface ClientOptions {
  /** Sends the requests, for example through a proxy or with a client certificate. */
  fetch?: Fetch | undefined;
  /** Headers of every request. */
  headers?: Record<string, string> | undefined;
  /** Functions that see the requests and the responses. */
  hooks?: Hooks | undefined;
  /** Milliseconds for each try. The default is 15,000. */
  timeoutMs?: number | undefined;
  /** How often a request is sent once more after a connection error or a 429. The default is 2. */
  retries?: number | undefined;
  /** The longest wait before a retry. If the server asks for a longer one, the call fails. The default is 60,000. */
  maxWaitMs?: number | undefined;
}
