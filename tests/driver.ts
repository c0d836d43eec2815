// Makes the calls of each line of stdin with the TypeScript client, and prints their outcomes; see tests/clients.py.
import { stdin } from "node:process";
import { createInterface } from "node:readline";
import { inspect } from "node:util";
import { ApiError, BearerToken, ClientCredentials, PhoneClient, TokenError } from "./index.js";
import type { ExtensionId, PhonePropertiesUpdate, RequestBudget } from "./index.js";

type Login = { token: string } | { client_id: string; client_secret: string };
type Call = { extension: ExtensionId; changes: PhonePropertiesUpdate | null; wait: number; retry: boolean | null };
type Task = { base_url: string; login: Login; calls: Call[]; together: boolean };

async function outcomes({ base_url, login, calls, together }: Task): Promise<object[]> {
  const authorization =
    "token" in login ? new BearerToken(login.token) : new ClientCredentials(login.client_id, login.client_secret);
  const client = new PhoneClient(base_url, authorization);
  const printed = (error?: unknown): string => {
    const things = [client, authorization, error];
    return things.map((thing) => inspect(thing, { depth: 9, showHidden: true }) + JSON.stringify(thing)).join("\n");
  };
  const made: object[] = together ? await Promise.all(calls.map((call) => make(client, call, printed))) : [];
  if (!together) for (const call of calls) made.push(await make(client, call, printed));
  return made;
}

async function make(
  client: PhoneClient,
  { extension, changes, wait, retry }: Call,
  printed: (error?: unknown) => string,
): Promise<object> {
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

for await (const line of createInterface({ input: stdin })) console.log(JSON.stringify(await outcomes(JSON.parse(line))));
