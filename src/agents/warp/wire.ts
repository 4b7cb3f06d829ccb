/** Protocol Buffers as JSON, by the names of a schema. What the schema does not have is kept by its number. */
import type { Json, JsonObject } from "../../session/types.ts";

/** `many`: a repeated field is an array, however often it is there. */
export interface Field {
  name: string;
  of: "text" | "bytes" | "number" | "flag" | "double" | Schema;
  many?: true;
}

/** Fields by number; a function for messages that contain themselves. */
export type Schema = Readonly<Record<number, Field>> | (() => Readonly<Record<number, Field>>);

interface Value {
  number: number;
  /** Of a varint, or the bytes of anything else. */
  value: bigint | Buffer;
}

/** Deeper ones are kept as bytes. */
const DEEPEST = 40;

/** null for bytes that are no message. */
export function decoded(bytes: Buffer, schema: Schema, depth = 0): JsonObject | null {
  const values = valuesIn(bytes);
  if (values === null || depth > DEEPEST) return null;
  const fields = typeof schema === "function" ? schema() : schema;
  const out: JsonObject = {};
  for (const { number, value } of values) {
    const field = fields[number];
    const name = field?.name ?? `#${number}`;
    const json = field ? jsonOf(value, field.of, depth) : plain(value);
    const before = out[name];
    if (field?.many) out[name] = [...(Array.isArray(before) ? before : []), json];
    else if (before === undefined) out[name] = json;
    // A newer form, or a message in pieces: nothing of it is lost.
    else out[`${name}#${Object.keys(out).length}`] = json;
  }
  return out;
}

function jsonOf(value: Value["value"], of: Field["of"], depth: number): Json {
  if (of === "flag") return value === 1n || (value === 0n ? false : plain(value));
  // Negative numbers are stored as those of 64 bits.
  if (of === "number" && typeof value === "bigint") return plain(BigInt.asIntN(64, value));
  if (of === "number" || of === "bytes") return plain(value);
  if (typeof value === "bigint") return plain(value);
  if (of === "double") return value.length === 8 ? value.readDoubleLE() : plain(value);
  if (of === "text") return textOf(value) ?? plain(value);
  return decoded(value, of, depth + 1) ?? plain(value);
}

function plain(value: Value["value"]): Json {
  if (typeof value !== "bigint") return { base64: value.toString("base64") };
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

function valuesIn(bytes: Buffer): Value[] | null {
  const values: Value[] = [];
  let at = 0;
  const varint = (): bigint | null => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) return null;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    return null;
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Number((tag ?? 0n) >> 3n);
    if (tag === null || number === 0) return null;
    const type = Number(tag & 7n);
    if (type === 0) {
      const value = varint();
      if (value === null) return null;
      values.push({ number, value });
      continue;
    }
    const size = type === 2 ? varint() : type === 1 ? 8n : type === 5 ? 4n : null;
    if (size === null || size > BigInt(bytes.length - at)) return null;
    values.push({ number, value: bytes.subarray(at, at + Number(size)) });
    at += Number(size);
  }
  return values;
}
