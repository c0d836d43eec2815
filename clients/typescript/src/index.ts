/** Typed client for the PhoneProperties resource. */
export { BearerToken, ClientCredentials, type Authorization } from "./auth.js";
export { PhoneClient } from "./client.js";
export type { ExtensionId, PhoneProperties, PhonePropertiesUpdate, PhoneResponse } from "./client.js";
export { ApiError, TokenError } from "./errors.js";
export type { RequestBudget } from "./headers.js";
export type { CallOptions, ClientOptions, Fetch, Hooks } from "./options.js";
export type { components } from "./schema.js";
