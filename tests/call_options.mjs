// Prints what the options of the TypeScript client do, with a `fetch` that a test can see through.
import { BearerToken, PhoneClient } from "phone-properties-client";

const sent = [];
const answer = (status, headers = {}, body = '{"label": null}') => new Response(body, { status, headers });
const recorded = (name, response) => async (url, { method, headers }) => {
  sent.push({ name, url, method, id: headers["x-request-id"], app: headers["x-app"] });
  return response;
};
const hooks = {
  request: (url, { method }) => void sent.push({ hook: method }),
  response: ({ status }) => void sent.push({ hook: status }),
};
const options = { fetch: recorded("of the client", answer(200)), headers: { "X-App": "test" }, hooks };
const client = new PhoneClient("http://127.0.0.1/api/", new BearerToken("a-token"), options);
await client.get("a/b");
await client.get("54", { fetch: recorded("of the call", answer(200)), headers: { "X-Request-Id": "7" } });

const failure = async (promise) => promise.then(() => "none", (error) => error.name);
const stop = new AbortController();
const waiting = client.get("54", { fetch: recorded("429", answer(429, { "Retry-After": "50" })), signal: stop.signal });
setTimeout(() => stop.abort(), 50);
const clock = { "Retry-After": "Thu, 26 Nov 2020 11:00:00 GMT", Date: "Thu, 26 Nov 2020 10:00:00 GMT" };
const late = await client.get("54", { fetch: recorded("late", answer(429, clock)) }).catch((error) => error);
// A timer of AbortSignal.timeout keeps no program alive; a real request does.
const never = (_, { signal }) =>
  new Promise((_, reject) => {
    const alive = setInterval(() => {}, 1000);
    signal.addEventListener("abort", () => {
      clearInterval(alive);
      reject(signal.reason);
    });
  });
const failures = {
  aborted_wait: await failure(waiting),
  timeout: await failure(client.get("54", { timeoutMs: 20, fetch: never })),
  number: await failure(client.update("54", { hold_music: 2 ** 53 })),
  not_a_number: await failure(client.update("54", { hold_music: NaN })),
};
console.log(JSON.stringify({ sent, failures, retry_after: late.retryAfter }));
