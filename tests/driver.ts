// Makes the calls of a test with the TypeScript client, and prints the outcome of each; see tests/clients.py.
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { ApiError, BearerToken, ClientCredentials, PhoneClient, TokenError } from "./index.js";
import type { ExtensionId, PhonePropertiesUpdate, RequestBudget } from "./index.js";

type Login = { token: string } | { client_id: string; client_secret: string };
type Call = { extension: ExtensionId; changes: PhonePropertiesUpdate | null; wait: number; retry: boolean | null };
const input: { base_url: string; login: Login; calls: Call[]; together: boolean } = JSON.parse(readFileSync(0, "utf8"));

const { login } = input;
const authorization =
  "token" in login ? new BearerToken(login.token) : new ClientCredentials(login.client_id, login.client_secret);
const client = new PhoneClient(input.base_url, authorization);

async function make({ extension, changes, wait, retry }: Call): Promise<object> {
  await new Promise((done) => setTimeout(done, wait * 1000));
  try {
    const options = { retry: retry ?? undefined };
    const { settings, budget, response } = await (changes
      ? client.updateResponse(extension, changes, options)
      : client.getResponse(extension, options));
    return { settings, printed: printed(), budget: numbers(budget), raw_body: await response.text() };
  } catch (error) {
    const outcome = { error: error instanceof Error ? error.name : "", message: String(error), printed: printed(error) };
    if (error instanceof TokenError) return { ...outcome, status: error.status };
    if (error instanceof TypeError) return { ...outcome, error: "no response" };
    if (!(error instanceof ApiError)) throw error;
    const budget = numbers(error.budget);
    return { ...outcome, status: error.status, body: error.error, retry_after: error.retryAfter, budget };
  }
}

function numbers({ limit, remaining, reset }: RequestBudget): unknown[] {
  return [limit, remaining, reset && reset.getTime() / 1000];
}

function printed(error?: unknown): string {
  const things = [client, authorization, error];
  return things.map((thing) => inspect(thing, { depth: 9, showHidden: true }) + JSON.stringify(thing)).join("\n");
}

const outcomes: object[] = input.together ? await Promise.all(input.calls.map(make)) : [];
if (!input.together) for (const call of input.calls) outcomes.push(await make(call));
console.log(JSON.stringify(outcomes));
