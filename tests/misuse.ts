// Wrong code that the types must refuse. The compiler reports each @ts-expect-error whose next line has no error.
import { BearerToken, PhoneClient } from "./index.js";

const client = new PhoneClient("http://127.0.0.1/api/ver1.0", new BearerToken("x"));
// @ts-expect-error There must be an id.
export const id = () => client.get(null);
// @ts-expect-error A number must not be a string.
export const type = () => client.update("54", { hangup_timeout: "30" });
// @ts-expect-error Null is not allowed here.
export const nothing = () => client.update("54", { hangup_timeout: null });
// @ts-expect-error Not a member of the enum.
export const member = () => client.update("54", { auth_type: "none" });
// @ts-expect-error There is no such property.
export const unknown = () => client.update("54", { hangup_timeouts: 30 });
// @ts-expect-error A bundle is sent as a whole.
export const bundle = () => client.update("54", { bundle: { bundle_id: 3 } });
// @ts-expect-error An optional property may be missing in a response.
export const absent = async (): Promise<string | null> => (await client.get("54")).label;
// @ts-expect-error There is no such option of a call.
export const callOption = () => client.get("54", { timeout: 3 });
// @ts-expect-error There is no such option of the client.
export const option = () => new PhoneClient("http://127.0.0.1/api/ver1.0", new BearerToken("x"), { retry: true });
// What the types must accept: an update takes what a read returned.
export const same = async () => client.update("54", await client.get("54"), { retry: true, headers: { "X-Id": "7" } });
