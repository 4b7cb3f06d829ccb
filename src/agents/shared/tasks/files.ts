/**
 * A task's files, and the lines that stand for them. What is shown of it, and what its list has of costs
 * and states, is in no line: a task that was only looked at is still the same. In the files that
 * stays as it is, and what is shown grows with the messages.
 */
import { join } from "node:path";
import { SegueError } from "../../../errors.ts";
import { bytesIn } from "../../../io/door.ts";
import { frameLine, joinDocument, splitDocument } from "../../../lossless/document.ts";
import { parseValue, stringify } from "../../../lossless/json-text.ts";
import type { DocumentForm } from "../../../session/codec.ts";
import { member, number, object, string } from "../../../session/json.ts";
import type { Json, JsonObject } from "../../../session/types.ts";
import { jsonAt } from "../opened.ts";
import type { TaskDialect } from "./dialect.ts";
import { ITEM, itemAt } from "./items.ts";
import { lineOf, textOf, unwrap } from "./records.ts";
import { lastTime, screenOf, withoutEnd } from "./screen.ts";

export interface Places {
  folder: string;
  item: string;
  messages: string;
  screen: string;
}

export function placesOf(root: string, id: string): Places {
  const folder = join(root, id);
  return {
    folder,
    item: join(folder, ITEM),
    messages: join(folder, "api_conversation_history.json"),
    screen: join(folder, "ui_messages.json"),
  };
}

/** How it last ran, and what that cost. */
const OF_RUNS = new Set(
  `number ts tokensIn tokensOut cacheWrites cacheReads totalCost size status delegatedToId childIds
  awaitingChildId completedByChildId completionResultSummary fileNotfound`.split(/\s+/),
);

const form: DocumentForm = {
  name: "task-messages",
  records: (document) => (Array.isArray(document) ? document : null),
  document: (records) => [...records],
};

/** The task's lines; null where there is none. */
export function linesAt(root: string, id: string, dialect: TaskDialect): string[] | null {
  const { messages: path } = placesOf(root, id);
  const bytes = bytesAt(path);
  if (!bytes) return null;
  const lines = splitDocument(bytes, [form])?.toString("utf8").split("\n").slice(0, -1);
  if (lines === undefined) {
    const what = `this is no task of ${dialect.whose}'s, or a damaged one`;
    throw new SegueError("unreadable", what, { where: path });
  }
  const [frame = "", ...messages] = lines;
  const spelling = spellingOf(frame);
  const task = stable(itemAt(root, id, dialect) ?? {}, id);
  const head: Json[] = [{ [dialect.keys.task]: task }, ...(spelling ? [{ spelling }] : [])];
  return [...head.map(text), ...messages.map((one) => lineOf(one, dialect))];
}

/** Lines of one task never go to another's folder: its own id is the folder's name. */
function stable(item: JsonObject, id: string): JsonObject {
  const kept = Object.entries(item).filter(([key]) => key !== "id" && !OF_RUNS.has(key));
  return { id, ...Object.fromEntries(kept) };
}

function text(value: Json): string {
  return stringify(value) ?? "null";
}

function bytesAt(path: string): Buffer | null {
  try {
    return bytesIn(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

const FRAME_KEY = "segue.document";
const FRAME: string = FRAME_KEY;

/** null where it is spelled as the extensions do it: in one line. */
function spellingOf(frame: string): JsonObject | null {
  const { form: _, ...spelling } = object(member(parseValue(frame), FRAME)) ?? {};
  const { indent, end, raw } = spelling;
  return indent === 0 && end === "" && raw === undefined ? null : spelling;
}

/** What lines say. */
export interface Said {
  task: JsonObject | null;
  spelling: JsonObject | null;
  /** As text. */
  messages: string[];
}

export function saidIn(lines: readonly string[], dialect: TaskDialect): Said {
  const said: Said = { task: null, spelling: null, messages: [] };
  for (const line of lines) {
    const stored = unwrap(parseValue(line) ?? null, dialect);
    const message = textOf(line, dialect);
    if (message !== null) said.messages.push(message);
    else if (stored.kind === "task") said.task ??= stored.task;
    else if (stored.kind === "spelling") said.spelling = stored.spelling;
  }
  return said;
}

export function messagesFile({ spelling, messages }: Said, dialect: TaskDialect): Buffer {
  const own = spelling ?? { indent: 0, end: "" };
  const frame = { [FRAME]: { ...frameLine(form.name, "")[FRAME_KEY], ...own } };
  const lines = [text(frame), ...messages].map((line) => `${line}\n`).join("");
  const bytes = joinDocument(Buffer.from(lines), [form]);
  if (bytes) return bytes;
  throw new SegueError("failed", `these lines are no task of ${dialect.whose}'s`);
}

/** The entry of a new task, or one that is there, as the lines have it now. */
export function itemFile(said: Said, now: Json, id: string): string {
  const messages = said.messages.map((line) => parseValue(line) ?? null);
  const last = number(member(messages.at(-1), "ts")) ?? 0;
  const costs = { tokensIn: 0, tokensOut: 0, cacheWrites: 0, cacheReads: 0, totalCost: 0, size: 0 };
  const kept = Object.entries(object(now) ?? { number: 1, ts: last, ...costs });
  const runs = Object.fromEntries(kept.filter(([key]) => OF_RUNS.has(key)));
  const { id: _, ...task } = said.task ?? {};
  const [first] = screenOf(messages, { isFirst: true });
  const name = string(task.task) || string(first?.text) || "";
  return text({ id, ...runs, ...task, task: name });
}

/** What is shown, once the task has the lines `is` in place of `was`. */
export function screenFile(places: Places, was: Said | null, is: Said): string {
  const before = was?.messages ?? [];
  const same = before.findIndex((line, at) => line !== is.messages[at]);
  const from = same < 0 ? before.length : same;
  const values = (lines: readonly string[]) =>
    lines.slice(from).map((line) => parseValue(line) ?? null);
  const gone = screenOf(values(before), { isFirst: from === 0 });
  const kept = was === null ? [] : withoutEnd(jsonAt(places.screen), gone);
  const about = {
    isFirst: kept.length === 0,
    last: lastTime(kept),
    task: string(is.task?.task) ?? "",
  };
  return text([...kept, ...screenOf(values(is.messages), about)]);
}
