import { getPhoneProperties, updatePhoneProperties } from "./client";
import { createClient } from "./client/client";
import { BASE_URL, run } from "./steps";
import type { Client } from "./steps";

function client(auth: string): Client {
  const client = createClient({ baseUrl: BASE_URL, auth });
  return {
    async get(extension_id) {
      return (await getPhoneProperties({ client, path: { extension_id }, throwOnError: true })).data;
    },
    put: (extension_id, body) => updatePhoneProperties({ client, path: { extension_id }, body, throwOnError: true }),
    async refused(extension_id) {
      const { error, response } = await getPhoneProperties({ client, path: { extension_id } });
      return `${response?.status} ${error?.status}`;
    },
  };
}

run(client);
