/**
 * A history as records: `.aider.chat.history.md`, or another file with the same content. Everything
 * that is in the file is in a record, so that the records give the file again.
 */
import { isUtf8 } from "node:buffer";
import type { TextForm } from "../../session/codec.ts";
import { isObject, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { blocksOf, type Raw } from "./blocks.ts";
import { print } from "./print.ts";
import { type Block, blockOf, recordOf } from "./records.ts";

/** Stands in the first line of a history's lines. */
export const FORM = "aider-history";

export const history: TextForm = {
  name: FORM,
  opens: (head) => /^\ufeff?\s*# aider chat started at \d{4}-\d\d-\d\d/.test(head),
  split,
  join: (records) => Buffer.concat(records.map(bytesOf)),
};

/** The records of a history; what is empty has none. */
export function split(bytes: Buffer): Json[] {
  return blocksOf(bytes).map(recordIn);
}

function recordIn({ block, bytes }: Raw): JsonObject {
  const record = recordOf(block);
  const text = bytes.toString("utf8");
  if (!isUtf8(bytes)) return { ...record, bytes: bytes.toString("base64") };
  const usual = print(block);
  if (usual === text) return record;
  // As Aider writes it on Windows.
  if (usual.replaceAll("\n", "\r\n") === text) return { ...record, eol: "\r\n" };
  return { ...record, raw: text };
}

function bytesOf(record: Json): Buffer {
  if (isObject(record)) {
    const [bytes, raw] = [string(record.bytes), string(record.raw)];
    if (bytes !== undefined) return Buffer.from(bytes, "base64");
    if (raw !== undefined) return Buffer.from(raw);
  }
  const block = blockOf(record);
  return block === null ? Buffer.alloc(0) : Buffer.from(withEnds(print(block), record));
}

function withEnds(text: string, record: Json): string {
  return isObject(record) && record.eol === "\r\n" ? text.replaceAll("\n", "\r\n") : text;
}

/** The record of a block that comes after others, with their line ends. */
export function recordLike(block: Block, eol: string): JsonObject {
  const record = recordOf(block);
  return eol === "\n" ? record : { ...record, eol };
}
