/**
 * Transcripts that are text: blocks under "user:" and "assistant:", as Cursor wrote them before it wrote lines of
 * JSON. Every byte is in a record.
 */
import { isUtf8 } from "node:buffer";
import type { TextForm } from "../../session/codec.ts";
import { isObject, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";

const HEADING = /^(user|assistant):[ \t]*\r?$/;

export const transcript: TextForm = {
  name: "cursor-transcript",
  opens: (head) => /^\s*user:[ \t]*\r?\n/.test(head),
  split(bytes) {
    if (!isUtf8(bytes)) return null;
    const records: { role: string; block: string }[] = [];
    for (const line of bytes.toString("utf8").split(/(?<=\n)/)) {
      const [, role] = HEADING.exec(line.replace(/\n$/, "")) ?? [];
      const last = records.at(-1);
      if (role !== undefined || last === undefined) records.push({ role: role ?? "", block: line });
      else last.block += line;
    }
    return records;
  },
  join: (records) => Buffer.from(records.map(textOf).join("")),
};

function textOf(record: Json): string {
  return isObject(record) ? (string(record.block) ?? "") : "";
}

/** A piece of an answer: what it says, thinks, calls, or was told by a tool. */
export interface Piece {
  kind: "text" | "thinking" | "call" | "result";
  /** Of the tool. */
  name: string;
  text: string;
}

const MARK = /^\[(Thinking|Tool call|Tool result)\][ \t]?(.*)$/;

/** The pieces of a block; those of a tool are indented, or end at the next line that is not. */
export function piecesOf(block: string): Piece[] {
  const [, ...lines] = block.split(/\r?\n/);
  const pieces: Piece[] = [];
  let open: Piece | null = null;
  for (const line of lines) {
    const [, mark, rest = ""] = MARK.exec(line) ?? [];
    if (mark !== undefined) {
      open = pieceOf(mark, rest);
      pieces.push(open);
    } else if (open !== null && (line.trim() === "" || /^[ \t]/.test(line))) {
      open.text += `${open.text === "" ? "" : "\n"}${line.replace(/^ {2}/, "")}`;
    } else {
      open = null;
      const last = pieces.at(-1);
      if (last?.kind === "text") last.text += `\n${line}`;
      else pieces.push({ kind: "text", name: "", text: line });
    }
  }
  return pieces
    .map((piece) => ({ ...piece, text: piece.text.trim() }))
    .filter(({ kind, text }) => kind === "call" || kind === "result" || text !== "");
}

function pieceOf(mark: string, rest: string): Piece {
  if (mark === "Thinking") return { kind: "thinking", name: "", text: rest };
  return { kind: mark === "Tool call" ? "call" : "result", name: rest.trim(), text: "" };
}

/** The arguments of a call, one a line, or as JSON. */
export function argumentsIn(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (isJson(value)) return value;
  } catch {
    // Then they stand in lines.
  }
  const members: [string, string][] = [];
  for (const line of text.split("\n")) {
    const [, key, value = ""] = /^\s*([A-Za-z_][\w-]*)\s*[:=]\s?(.*)$/.exec(line) ?? [];
    const last = members.at(-1);
    if (key !== undefined) members.push([key, value]);
    else if (last) last[1] += `\n${line}`;
    else if (line.trim() !== "") return text;
  }
  return Object.fromEntries(members);
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}
