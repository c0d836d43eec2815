/** Typed client for the PhoneProperties resource. */
export { BearerToken, ClientCredentials, type Authorization } from "./auth.js";
export { PhoneClient, type PhoneProperties, type PhonePropertiesUpdate, type PhoneResponse } from "./client.js";
export { ApiError, TokenError } from "./errors.js";
export type { RequestBudget } from "./headers.js";
export type { CallOptions, ClientOptions, Fetch, Hooks } from "./options.js";
export type { components } from "./schema.js";
