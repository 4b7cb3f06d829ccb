/** Agents under several accounts: see agents/profile.ts. */
export { envOf, isSameAccount, nameOf, titleOf } from "../agents/profile.ts";
export { accounts } from "../agents/registry.ts";
export type { Profile } from "../agents/types.ts";
