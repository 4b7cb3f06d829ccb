/**
 * Protocol Buffers as JSON, and back. Fields have no names, as the vendor publishes none: `#7` is field 7, and
 * a list if it is repeated. What the type of a value is tells how it is encoded again: a number is a varint, a
 * text or an object is what its field holds, and anything else is kept as it is.
 */
import { isObject, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

/** Where a text or a message stands; anywhere else, it is told by its bytes. */
export type Hint = "text" | { readonly [field: number]: Hint };

interface Value {
  field: number;
  type: number;
  value: bigint | Buffer;
}

/** Deeper ones are kept as bytes. */
const DEEPEST = 40;

/** The fields of a message; `{base64}` for bytes that are none, or that would not be encoded the same way again. */
export function decoded(bytes: Buffer, hint: Hint = {}): JsonObject {
  const message = messageIn(bytes, hint, 0);
  const isExact = message !== null && encoded(message).equals(bytes);
  return isExact ? message : { base64: bytes.toString("base64") };
}

function messageIn(bytes: Buffer, hint: Hint, depth: number): JsonObject | null {
  const values = depth > DEEPEST ? null : valuesIn(bytes);
  if (values === null) return null;
  const out: JsonObject = {};
  let last: string | undefined;
  for (const { field, type, value } of values) {
    const known = hint === "text" ? undefined : hint[field];
    // What stands at the top is rather a message.
    const inner = known ?? (depth === 0 ? {} : undefined);
    const json = jsonOf(type, value, inner, depth);
    const key = `#${field}`;
    const before = out[key];
    if (before === undefined) out[key] = json;
    else if (last === key) out[key] = [...(Array.isArray(before) ? before : [before]), json];
    // Not beside the others: its place is kept.
    else out[`${key}~${Object.keys(out).length}`] = json;
    last = key;
  }
  return out;
}

function jsonOf(type: number, value: Value["value"], hint: Hint | undefined, depth: number): Json {
  if (typeof value === "bigint") {
    const number = Number(BigInt.asIntN(64, value));
    return Number.isSafeInteger(number) ? number : { int: String(value) };
  }
  const base64 = value.toString("base64");
  if (type !== 2) return type === 1 ? { fixed64: base64 } : { fixed32: base64 };
  const text = textOf(value);
  if (hint === "text") return text ?? { base64 };
  const isText = text !== null && text[0] !== "\n" && !hasControls(value);
  if (hint === undefined && isText) return text;
  const message = value.length === 0 ? null : messageIn(value, hint ?? {}, depth + 1);
  if (message !== null && encoded(message).equals(value)) return message;
  return text ?? { base64 };
}

/** They tell a message from a text. */
function hasControls(bytes: Buffer): boolean {
  return bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** No message has fields beyond this: a text that happens to have the form of a message is none. */
const HIGHEST = 2000;

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
    const [field, type] = [Number((tag ?? 0n) >> 3n), Number((tag ?? 0n) & 7n)];
    if (tag === null || field === 0 || field > HIGHEST) return null;
    if (type === 0) {
      const value = varint();
      if (value === null) return null;
      values.push({ field, type, value });
      continue;
    }
    const size = type === 2 ? varint() : type === 1 ? 8n : type === 5 ? 4n : null;
    if (size === null || size > BigInt(bytes.length - at)) return null;
    values.push({ field, type, value: bytes.subarray(at, at + Number(size)) });
    at += Number(size);
  }
  return values;
}

/** The bytes of a message. Members that are no fields are left out. */
export function encoded(message: Json | undefined): Buffer {
  if (!isObject(message)) return Buffer.alloc(0);
  const whole = string(message.base64);
  if (whole !== undefined) return Buffer.from(whole, "base64");
  const parts = Object.entries(message).flatMap(([key, value]) => {
    const [, field] = /^#(\d{1,4})(?:~\d+)?$/.exec(key) ?? [];
    if (field === undefined) return [];
    const all = Array.isArray(value) ? value : [value];
    return all.map((one) => fieldBytes(Number(field), one));
  });
  return Buffer.concat(parts);
}

function fieldBytes(field: number, value: Json): Buffer {
  if (typeof value === "number") return tagged(field, 0, varintOf(BigInt(Math.trunc(value))));
  if (typeof value === "string") return sized(field, Buffer.from(value));
  if (!isObject(value)) return Buffer.alloc(0);
  const [int, fixed64, fixed32] = [value.int, value.fixed64, value.fixed32].map(string);
  if (int !== undefined && /^\d{1,20}$/.test(int)) return tagged(field, 0, varintOf(BigInt(int)));
  if (fixed64 !== undefined) return tagged(field, 1, Buffer.from(fixed64, "base64"));
  if (fixed32 !== undefined) return tagged(field, 5, Buffer.from(fixed32, "base64"));
  return sized(field, encoded(value));
}

function sized(field: number, bytes: Buffer): Buffer {
  return tagged(field, 2, Buffer.concat([varintOf(BigInt(bytes.length)), bytes]));
}

function tagged(field: number, type: number, bytes: Buffer): Buffer {
  return Buffer.concat([varintOf(BigInt(field * 8 + type)), bytes]);
}

function varintOf(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
