/** Exports of ChatGPT's data: they lie wherever the user put them. */
import { basename } from "node:path";
import { member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { exportStore } from "../shared/exports/database.ts";
import type { Store } from "../types.ts";
import { timeOf } from "./content.ts";
import { conversation, idOf } from "./document.ts";

export const store: Store = exportStore({
  agent: "chatgpt",
  whose: "ChatGPT",
  form: conversation,
  begins: (head) => BEGINS.test(head) && KEYS.test(head),
  summary,
  isNamed,
});

const BEGINS = /^\uFEFF?\s*(?:\{\s*"conversations"\s*:\s*)?\[\s*\{/;
/** Keys that its conversations have and no other agent's. */
const KEYS = /"(?:mapping|current_node|conversation_template_id|moderation_results)"\s*:/;

function summary(document: Json): ReturnType<Parameters<typeof exportStore>[0]["summary"]> {
  const nodes = Object.values(member(document, "mapping") ?? {});
  return {
    id: idOf(document),
    title: string(member(document, "title")) || null,
    cwd: null,
    model: string(member(document, "default_model_slug")) || null,
    createdAt: timeOf(member(document, "create_time")),
    updatedAt: timeOf(member(document, "update_time")),
    messages: nodes.filter((node) => member(member(node, "message"), "author")).length,
    parent: null,
  };
}

/** `file_00….dat`, `file-AbC-picture.png`: the id, and what the file was called. */
function isNamed(file: string, asset: string): boolean {
  const name = basename(file);
  return name.startsWith(asset) && !/^\w/.test(name.slice(asset.length));
}
