/** Exports of Claude.ai's data: they lie wherever the user put them. */
import { basename } from "node:path";
import { array, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { exportStore } from "../shared/exports/database.ts";
import type { Store } from "../types.ts";
import { timeOf } from "./content.ts";
import { conversation } from "./document.ts";

export const store: Store = exportStore({
  agent: "claude-web",
  whose: "Claude.ai",
  form: conversation,
  begins: (head) => BEGINS.test(head) && KEYS.test(head),
  summary,
  isNamed: (file, asset) => basename(file).startsWith(asset),
});

const BEGINS = /^\uFEFF?\s*(?:\{\s*"conversations"\s*:\s*)?\[\s*\{/;
/** The key that its conversations have and no other agent's. */
const KEYS = /"chat_messages"\s*:/;

function summary(document: Json): ReturnType<Parameters<typeof exportStore>[0]["summary"]> {
  return {
    id: string(member(document, "uuid")) ?? null,
    title: string(member(document, "name")) || null,
    cwd: null,
    model: string(member(document, "model")) || null,
    createdAt: timeOf(member(document, "created_at")),
    updatedAt: timeOf(member(document, "updated_at")),
    messages: array(member(document, "chat_messages")).length,
    parent: null,
  };
}
