// What the TypeScript programs share: they set and read values, and print one line for each step.
declare const process: { env: Record<string, string> };

const { EXTENSION, FUTURE_EXTENSION, UNKNOWN_EXTENSION } = process.env as Record<string, string>;
const INT64_MAX = Number("9223372036854775807");

export const { BASE_URL, TOKEN } = process.env as Record<string, string>;

interface Entry {
  active: boolean;
}

// An answer may have any keys, so that some generators make each entry optional.
interface Bundle<E = Entry | undefined> {
  bundle_list: Record<string, E> | null;
  bundle_id: number | null;
}

// The compiler compares these types with those of the generated client.
export interface Changes {
  conference_pin?: string | null;
  record_enabled?: boolean;
  record_format?: "mp3" | "wav" | null;
  hangup_timeout?: number;
  ringback_sound?: number | null;
  bundle?: Bundle<Entry>;
}

export interface Settings {
  conference_pin: string | null;
  record_enabled: boolean;
  record_format: "mp3" | "wav" | null;
  hold_music: number | null;
  ringback_sound: number | null;
  bundle: Bundle;
}

export interface Client {
  get: (extension: string) => Promise<Settings>;
  put: (extension: string, changes: Changes) => Promise<unknown>;
  // Returns the status code and the `status` of the error.
  refused: (extension: string) => Promise<unknown>;
}

async function show(step: string, read: () => Promise<unknown>): Promise<void> {
  try {
    console.log(`${step}=${await read()}`);
  } catch (error) {
    console.log(`${step}=${error instanceof Error ? error.message : JSON.stringify(error)}`);
  }
}

function flat({ bundle_list, bundle_id }: Bundle): string {
  const entries = Object.entries(bundle_list ?? {}).sort(([one], [other]) => one.localeCompare(other));
  return [...entries.map(([key, entry]) => `${key}:${entry?.active}`), bundle_id].join(",");
}

export async function run(client: (token: string) => Client): Promise<void> {
  const own = client(TOKEN);

  async function put(changes: Changes): Promise<Settings> {
    await own.put(EXTENSION, changes);
    return own.get(EXTENSION);
  }

  const bundle = { bundle_list: { "124": { active: false }, "29196": { active: true } }, bundle_id: 3 };
  await show("int64 read", async () => (await own.get(EXTENSION)).hold_music);
  await show("text", async () => (await put({ conference_pin: "0042" })).conference_pin);
  await show("false", async () => (await put({ record_enabled: false })).record_enabled);
  await show("enum", async () => (await put({ record_format: "mp3" })).record_format);
  await show("absent", async () => (await put({ hangup_timeout: 30 })).record_format);
  await show("null", async () => (await put({ record_format: null })).record_format);
  await show("int64 set", async () => (await put({ ringback_sound: INT64_MAX })).ringback_sound);
  await show("bundle", async () => flat((await put({ bundle })).bundle));
  await show("unknown enum value", async () => (await own.get(FUTURE_EXTENSION)).record_format);
  await show("401", () => client("wrong-token").refused(EXTENSION));
  await show("404", () => own.refused(UNKNOWN_EXTENSION));
}
