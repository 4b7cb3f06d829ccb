/**
 * A task as lines: its entry in the list of tasks, `{"roo-task":{…}}`, then the messages that a model is
 * sent, as they stand in `api_conversation_history.json`, each as `{"roo":{…}}`: by themselves, those of
 * several agents look the same.
 */
import { isObject, object, string } from "../../../session/json.ts";
import type { Json, JsonObject } from "../../../session/types.ts";
import type { TaskDialect } from "./dialect.ts";

export type Stored =
  | { kind: "task"; task: JsonObject }
  | { kind: "message"; message: JsonObject; role: "user" | "assistant" }
  /** Stands beside the answers, in place of a message. */
  | { kind: "reasoning"; message: JsonObject }
  /** How the file is spelled, where that is not as the extension spells it. */
  | { kind: "spelling"; spelling: JsonObject }
  /** In the place of a message. */
  | { kind: "unknown"; said: Json }
  | { kind: "other" };

export function unwrap(record: Json, { keys }: Pick<TaskDialect, "keys">): Stored {
  const task = object(alone(record, keys.task));
  if (task && typeof task.id === "string") return { kind: "task", task };
  const spelling = object(alone(record, "spelling"));
  if (spelling) return { kind: "spelling", spelling };
  const said = alone(record, keys.message);
  return said === undefined ? { kind: "other" } : messageIn(said);
}

/** A message, as it stands in the file. */
export function messageIn(said: Json): Stored {
  const message = object(said);
  if (message === undefined) return { kind: "unknown", said };
  if (message.type === "reasoning") return { kind: "reasoning", message };
  const role = string(message.role);
  return role === "user" || role === "assistant"
    ? { kind: "message", message, role }
    : { kind: "unknown", said };
}

/** The value under a record's only key, if it is this one. */
function alone(record: Json, key: string): Json | undefined {
  return isObject(record) && Object.keys(record).length === 1 ? record[key] : undefined;
}

/** The line of a message's text, and the reverse; null for another line. */
export function lineOf(text: string, { keys }: TaskDialect): string {
  return `{${JSON.stringify(keys.message)}:${text}}`;
}

export function textOf(line: string, { keys }: TaskDialect): string | null {
  const start = `{${JSON.stringify(keys.message)}:`;
  return line.startsWith(start) && line.endsWith("}") ? line.slice(start.length, -1) : null;
}

/** What an embedded carry is under, in a message that the extension does not send. */
export const CARRY = "segueCarry";
