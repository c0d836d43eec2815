import createClient from "openapi-fetch";
import type { paths } from "./client/schema";
import { BASE_URL, run } from "./steps";
import type { Client } from "./steps";

const PATH = "/extension/{extension_id}/phone/";

function client(token: string): Client {
  const api = createClient<paths>({ baseUrl: BASE_URL, headers: { Authorization: `Bearer ${token}` } });
  const at = (extension_id: string) => ({ params: { path: { extension_id } } });
  return {
    async get(extension) {
      const { data, error } = await api.GET(PATH, at(extension));
      if (!data) throw error;
      return data;
    },
    async put(extension, body) {
      const { error } = await api.PUT(PATH, { ...at(extension), body });
      if (error) throw error;
    },
    async refused(extension) {
      const { error, response } = await api.GET(PATH, at(extension));
      return `${response.status} ${error?.status}`;
    },
  };
}

run(client);
