/** Token counts, as people write them. */
export { readTokens } from "../config/values.ts";
