/** What only Qoder writes: without it, its sessions and Claude Code's look alike. */
import { member, string } from "../../../session/json.ts";
import type { Json } from "../../../session/types.ts";

/** Lines about the session. */
export const QODERS: readonly string[] = [
  "active-leaf",
  "runtime-config",
  "token-stats",
  "workspace-directories",
];

/** Names that Qoder's documentation gives its models; users may have others. */
export const TIERS: ReadonlySet<string> = new Set([
  "auto",
  "lite",
  "efficient",
  "performance",
  "ultimate",
]);

export function isQoders(record: Json): boolean {
  const text = (key: string) => string(member(record, key)) ?? "";
  if (QODERS.includes(text("type"))) return true;
  // Claude Code went from 1.0 to 2.0; qodercli 1.1.52 writes its own version.
  if (/^1\.[1-9]/.test(text("version"))) return true;
  // Claude Code is at version 2; behind a gateway, its models can have any name.
  const model = string(member(member(record, "message"), "model")) ?? "";
  return TIERS.has(model) && !text("version").startsWith("2.");
}
