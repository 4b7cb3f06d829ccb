/**
 * The blocks of a history, as records. Each has the form in which Aider writes it; `raw` or `bytes`
 * is how it is really there, if that is different.
 */
import { compact, isObject, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

/**
 * `started`: a run of the CLI began; its text is the time. `user`: `#### ` lines. `assistant`: an
 * answer. `output`: `> ` lines. `long`: an output whose text has line breaks, of which only the
 * first line has the mark. `blank`: nothing but white space. `id`, `title` and `carry`: `> `
 * lines of Segue's own.
 */
export const KINDS = [
  "started",
  "user",
  "assistant",
  "output",
  "long",
  "blank",
  "id",
  "title",
  "carry",
] as const;

export type Kind = (typeof KINDS)[number];

export interface Block {
  kind: Kind;
  text: string;
  /** An answer in which lines that Aider would leave out have no space before them. */
  plain?: boolean;
  part?: number;
  parts?: number;
}

/** `session` stands before the blocks of a session in a store: what its path says. */
export function sessionRecord(id: string, cwd: string): JsonObject {
  return { aider: "session", id, cwd };
}

export function recordOf({ kind, text, plain, part, parts }: Block): JsonObject {
  return compact({ aider: kind, text, plain, part, parts });
}

/** null for what is no block. */
export function blockOf(record: Json): Block | null {
  if (!isObject(record)) return null;
  const kind = KINDS.find((one) => one === record.aider);
  const text = string(record.text);
  if (kind === undefined || text === undefined) return null;
  const [part, parts] = [number(record.part), number(record.parts)];
  if (kind === "carry" && (part === undefined || parts === undefined)) return null;
  return {
    kind,
    text,
    ...(record.plain === true ? { plain: true } : {}),
    ...(part === undefined ? {} : { part }),
    ...(parts === undefined ? {} : { parts }),
  };
}

/** What its path says of a session in a store; null for other records. */
export function headOf(record: Json): { id: string; cwd: string } | null {
  if (!isObject(record) || record.aider !== "session") return null;
  const [id, cwd] = [string(record.id), string(record.cwd)];
  return id === undefined || cwd === undefined ? null : { id, cwd };
}
