/**
 * The store of every agent, without the rest of it: listing sessions that are known already loads
 * no reader or writer. A line an agent, as in registry.ts; a test compares the two.
 */
import { store as claudeCode } from "./claude-code/store.ts";
import { store as codex } from "./codex/store.ts";
import { store as pi } from "./pi/store.ts";
import type { Store } from "./types.ts";

export const stores: { readonly [agent: string]: Store } = {
  "claude-code": claudeCode,
  codex,
  pi,
};
