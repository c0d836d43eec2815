/** Typed client for the PhoneProperties resource. */
export { BearerToken, ClientCredentials, type Authorization } from "./auth.js";
export { PhoneClient, type ExtensionId, type PhoneProperties, type PhonePropertiesUpdate } from "./client.js";
export { ApiError, TokenError } from "./errors.js";
export type { components } from "./schema.js";
