import { getPhoneProperties, updatePhoneProperties } from "./client/api";
import { BASE_URL, run } from "./steps";
import type { Client } from "./steps";

// The generated functions send to relative URLs: their user gives them the server with a fetch of his own.
const send = globalThis.fetch;
globalThis.fetch = (input, init) => send(`${BASE_URL}${input}`, init);

function client(token: string): Client {
  const options = { headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" } };
  return {
    async get(extension) {
      const { data, status } = await getPhoneProperties(extension, options);
      if (status !== 200) throw data;
      return data;
    },
    async put(extension, changes) {
      const { data, status } = await updatePhoneProperties(extension, changes, options);
      if (status !== 200) throw data;
    },
    async refused(extension) {
      const { data, status } = await getPhoneProperties(extension, options);
      return status === 200 ? "no error" : `${status} ${data.status}`;
    },
  };
}

run(client);
