/** From openapi.yaml, which the generator does not read for it. */
export const TOKEN_URL = "/oauth/token";
export const PATH = "/extension/{extension_id}/phone/";
