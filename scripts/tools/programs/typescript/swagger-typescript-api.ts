import { Api } from "./client/api";
import type { Error as Refusal, HttpResponse } from "./client/api";
import { BASE_URL, run } from "./steps";
import type { Client } from "./steps";

const type = "application/json";

// The media types of request and answer are the user's business here.
function client(token: string): Client {
  const { extension } = new Api({
    baseUrl: BASE_URL,
    securityWorker: () => ({ headers: { Authorization: `Bearer ${token}` } }),
  });
  return {
    async get(id) {
      return (await extension.getPhoneProperties(id, { format: "json" })).data;
    },
    put: (id, changes) => extension.updatePhoneProperties(id, changes, { type, format: "json" }),
    async refused(id) {
      try {
        return await extension.getPhoneProperties(id, { format: "json" });
      } catch (thrown) {
        const { status, error } = thrown as HttpResponse<unknown, Refusal>;
        return `${status} ${error.status}`;
      }
    },
  };
}

run(client);
