/** Values of openapi.yaml that the generator does not write. */
export const TOKEN_URL = "/oauth/token";
export const PATH = "/extension/{extension_id}/phone/";
