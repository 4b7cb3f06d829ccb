/** All that is known about a session. */
export { type Info, infoOf } from "../catalog/info.ts";
