/** All that is known of one session. */
export { type Info, infoOf } from "../catalog/info.ts";
