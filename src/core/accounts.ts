/** Agents under several accounts: see agents/profile.ts. */
export { envOf, nameOf } from "../agents/profile.ts";
export { accounts } from "../agents/registry.ts";
export type { Profile } from "../agents/types.ts";
