/** What OpenClaw notes of a session's events besides the events: which are on the active branch, and what its search finds. */
import { array, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { isNavigation } from "../shared/pi/signs.ts";

export interface Event {
  seq: number;
  record: Json;
  /** Milliseconds since the epoch. */
  at: number;
}

export interface Active {
  seq: number;
  /** Its number among the messages; null for what is none. */
  message: number | null;
  isEligible: boolean;
}

export interface Found {
  id: string;
  role: string;
  text: string;
  at: number;
}

export interface Projection {
  active: Active[];
  found: Found[];
  leaf: string | null;
}

/** Entries that OpenClaw itself knows: only those are the tip of a branch. */
const CANONICAL = new Set([
  "message",
  "thinking_level_change",
  "model_change",
  "compaction",
  "branch_summary",
  "custom",
  "custom_message",
  "label",
  "session_info",
]);

interface Node {
  event: Event;
  parentId: string | null;
}

/**
 * The branch that ends in the newest entry. Null where records select another or begin anew: of these
 * OpenClaw makes its own notes when it opens the session.
 */
export function project(events: readonly Event[]): Projection | null {
  const nodes = new Map<string, Node>();
  let leaf: string | null = null;
  let tail: string | null = null;
  for (const event of events) {
    const { record } = event;
    if (isNavigation(record) || member(record, "appendMode") === "side") return null;
    const id = string(member(record, "id"));
    const type = string(member(record, "type")) ?? "";
    if (id === undefined || type === "session") continue;
    const own = string(member(record, "parentId")) ?? null;
    const isCanonical = CANONICAL.has(type);
    const isAstray = own !== null && leaf !== null && !nodes.has(own);
    const parentId = isCanonical && (isAstray || own === tail) ? leaf : own;
    nodes.set(id, { event, parentId });
    tail = id;
    if (isCanonical) leaf = id;
  }
  return { ...notesOf(pathTo(leaf, nodes)), leaf: tail };
}

function pathTo(leaf: string | null, nodes: ReadonlyMap<string, Node>): Event[] {
  const path: Event[] = [];
  const seen = new Set<string>();
  for (let id = leaf; id !== null && !seen.has(id); ) {
    const node = nodes.get(id);
    if (!node) break;
    seen.add(id);
    path.push(node.event);
    id = node.parentId;
  }
  return path.reverse();
}

function notesOf(path: readonly Event[]): { active: Active[]; found: Found[] } {
  let messages = 0;
  const active = path.map(({ seq, record }): Active => {
    const message = member(record, "message");
    return {
      seq,
      message: message === undefined ? null : messages++,
      isEligible: member(message, "excludeFromContext") !== true,
    };
  });
  return { active, found: path.flatMap(({ record, at }) => searchable(record, at)) };
}

function searchable(record: Json, at: number): Found[] {
  const message = member(record, "message");
  const role = string(member(message, "role"));
  const id = string(member(record, "id"))?.trim();
  if (!id || (role !== "user" && role !== "assistant")) return [];
  const content = member(message, "content");
  const text = typeof content === "string" ? content.trim() : textsIn(array(content));
  return text === "" ? [] : [{ id, role, text, at }];
}

function textsIn(blocks: readonly Json[]): string {
  return blocks
    .filter((block) => member(block, "type") === "text")
    .map((block) => string(member(block, "text")) ?? "")
    .filter((text) => text.trim() !== "")
    .join("\n");
}
