/** Values of openapi.yaml that the generator of the types does not write. */
export const TOKEN_URL = "/oauth/token";
export const PATH = "/extension/{extension_id}/phone/";
