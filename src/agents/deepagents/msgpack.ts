/**
 * MessagePack as LangGraph's checkpoints have it, as JSON and back. Libraries give a program's values, in
 * which 1.0 is 1, a key is moved if it looks like a number, and bytes that have two spellings have one:
 * here, what is not spelled as ormsgpack spells it stays bytes (see docs/dependencies.md).
 */
import { array, isObject, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

/** Values that JSON does not have, by the only key of an object. */
const RAW = "segue.raw";
const BYTES = "segue.bytes";
const FLOAT = "segue.float";
const INTEGER = "segue.integer";
const MAP = "segue.map";
const EXT = "segue.ext";

/** Deeper values stay bytes. */
const MOST_DEPTH = 200;

/** A value as JSON; its bytes in base64 if it would not be encoded as it is. */
export function decode(bytes: Uint8Array): Json {
  try {
    const value = new Decoder(bytes).whole();
    if (Buffer.from(bytes).equals(encode(value))) return value;
  } catch {
    // Of another form.
  }
  return rawJson(bytes);
}

/** Bytes that are kept as they are. */
export function rawJson(bytes: Uint8Array): Json {
  return { [RAW]: base64(bytes) };
}

export function encode(value: Json): Buffer {
  if (isObject(value)) {
    const raw = only(value, RAW);
    if (typeof raw === "string") return Buffer.from(raw, "base64");
  }
  const encoder = new Encoder();
  encoder.value(value, 0);
  return encoder.bytes();
}

/** The code of an extension that is an instance of a Pydantic class. */
const PYDANTIC = 5;

/** An instance of a class, as LangGraph stores it. */
export function instance(module: string, name: string, fields: JsonObject): JsonObject {
  return { [EXT]: PYDANTIC, module, name, fields, method: "model_validate_json" };
}

/** An extension: an instance if it has the parts of one, else whatever it holds. */
function extension(code: number, payload: Json): JsonObject {
  const [module, name, fields, method, ...more] = array(payload);
  const isInstance = typeof module === "string" && typeof name === "string" && isObject(fields);
  if (!isInstance || typeof method !== "string" || more.length > 0) {
    return { [EXT]: code, value: payload };
  }
  return { [EXT]: code, module, name, fields, method };
}

/** What an extension holds that is no instance; undefined for any other value. */
export function payloadOf(value: Json | undefined): Json | undefined {
  return isObject(value) && typeof value[EXT] === "number" ? value.value : undefined;
}

/** The class and the fields of an instance; null for any other value. */
export function instanceIn(value: Json): { name: string; fields: JsonObject } | null {
  if (!isObject(value) || typeof value[EXT] !== "number" || !isObject(value.fields)) return null;
  return { name: string(value.name) ?? "", fields: value.fields };
}

function payloadIn({
  value = null,
  module = null,
  name = null,
  fields,
  method = null,
}: JsonObject): Json {
  return fields === undefined ? value : [module, name, fields, method];
}

function only(value: JsonObject, key: string): Json | undefined {
  return Object.keys(value).length === 1 && Object.hasOwn(value, key) ? value[key] : undefined;
}

class Decoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  whole(): Json {
    const value = this.#value(0);
    if (this.#at !== this.#bytes.length) throw new RangeError("more than one value");
    return value;
  }

  #value(depth: number): Json {
    if (depth > MOST_DEPTH) throw new RangeError("nested too deeply");
    const tag = this.#number(1);
    if (tag < 0x80) return tag;
    if (tag < 0x90) return this.#map(tag & 0x0f, depth);
    if (tag < 0xa0) return this.#list(tag & 0x0f, depth);
    if (tag < 0xc0) return this.#string(tag & 0x1f);
    if (tag >= 0xe0) return tag - 0x100;
    return this.#tagged(tag, depth);
  }

  #tagged(tag: number, depth: number): Json {
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return { [BYTES]: base64(this.#take(this.#size(tag - 0xc4))) };
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#size(tag - 0xc7), depth);
      case 0xcb:
        return floatJson(this.#view.getFloat64(this.#skip(8)));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#size(tag - 0xcc);
      case 0xcf:
        return integerJson(this.#view.getBigUint64(this.#skip(8)));
      case 0xd0:
        return this.#view.getInt8(this.#skip(1));
      case 0xd1:
        return this.#view.getInt16(this.#skip(2));
      case 0xd2:
        return this.#view.getInt32(this.#skip(4));
      case 0xd3:
        return integerJson(this.#view.getBigInt64(this.#skip(8)));
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (tag - 0xd4), depth);
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#string(this.#size(tag - 0xd9));
      case 0xdc:
      case 0xdd:
        return this.#list(this.#size(tag - 0xdb), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.#size(tag - 0xdd), depth);
      default:
        throw new RangeError("not a value of ormsgpack's");
    }
  }

  #skip(count: number): number {
    const from = this.#at;
    if (from + count > this.#bytes.length) throw new RangeError("cut off");
    this.#at = from + count;
    return from;
  }

  #take(count: number): Uint8Array {
    const from = this.#skip(count);
    return this.#bytes.subarray(from, from + count);
  }

  #number(bytes: 1 | 2 | 4): number {
    const from = this.#skip(bytes);
    if (bytes === 1) return this.#view.getUint8(from);
    return bytes === 2 ? this.#view.getUint16(from) : this.#view.getUint32(from);
  }

  /** An unsigned number of 1, 2 or 4 bytes. */
  #size(log2: number): number {
    return this.#number(log2 === 0 ? 1 : log2 === 1 ? 2 : 4);
  }

  #string(count: number): string {
    return this.#text.decode(this.#take(count));
  }

  #list(count: number, depth: number): Json[] {
    const list: Json[] = [];
    for (let n = 0; n < count; n++) list.push(this.#value(depth + 1));
    return list;
  }

  #map(count: number, depth: number): Json {
    const pairs: [Json, Json][] = [];
    for (let n = 0; n < count; n++) pairs.push([this.#value(depth + 1), this.#value(depth + 1)]);
    const names = new Set(pairs.map(([key]) => key));
    if (names.size !== count || !pairs.every(([key]) => isPlainKey(key))) return { [MAP]: pairs };
    return Object.fromEntries(pairs.map(([key, value]) => [string(key) ?? "", value]));
  }

  #extension(count: number, depth: number): Json {
    const code = this.#view.getInt8(this.#skip(1));
    const bytes = this.#take(count);
    try {
      const value = new Decoder(bytes).#value(depth + 1);
      if (Buffer.from(bytes).equals(encode(value))) return extension(code, value);
    } catch {
      // Of another vendor's form.
    }
    return { [EXT]: code, [BYTES]: base64(bytes) };
  }
}

/** A key that an object keeps in its place, and that none of the forms here has. */
function isPlainKey(key: Json): boolean {
  if (typeof key !== "string" || key === "__proto__" || key.startsWith("segue.")) return false;
  return !/^(?:0|[1-9]\d*)$/.test(key);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

function integerJson(value: bigint): Json {
  const n = Number(value);
  return Number.isSafeInteger(n) ? n : { [INTEGER]: String(value) };
}

function floatJson(value: number): Json {
  const isPlain = Number.isFinite(value) && !Number.isSafeInteger(value);
  return isPlain ? value : { [FLOAT]: Object.is(value, -0) ? "-0" : String(value) };
}

class Encoder {
  readonly #parts: Buffer[] = [];

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  value(value: Json, depth: number): void {
    if (depth > MOST_DEPTH) throw new RangeError("nested too deeply");
    if (value === null) this.#tag(0xc0);
    else if (typeof value === "boolean") this.#tag(value ? 0xc3 : 0xc2);
    else if (typeof value === "number") this.#numeric(value);
    else if (typeof value === "string") this.#string(value);
    else if (Array.isArray(value)) this.#list(value, depth);
    else this.#object(value, depth);
  }

  #tag(...bytes: number[]): void {
    this.#parts.push(Buffer.from(bytes));
  }

  #numeric(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.#integer(BigInt(value));
    else this.#float(value);
  }

  #float(value: number): void {
    const bytes = Buffer.alloc(9, 0xcb);
    bytes.writeDoubleBE(value, 1);
    this.#parts.push(bytes);
  }

  #integer(value: bigint): void {
    if (value >= 0n) this.#natural(value);
    else if (value >= -32n) this.#tag(Number(value) + 0x100);
    else {
      const log2 = value >= -0x80n ? 0 : value >= -0x8000n ? 1 : value >= -0x80000000n ? 2 : 3;
      this.#wide(0xd0 + log2, BigInt.asUintN(8 << log2, value), 1 << log2);
    }
  }

  #natural(value: bigint): void {
    if (value < 0x80n) this.#tag(Number(value));
    else {
      const log2 = value < 0x100n ? 0 : value < 0x10000n ? 1 : value < 0x100000000n ? 2 : 3;
      this.#wide(0xcc + log2, value, 1 << log2);
    }
  }

  /** A tag, and a number of so many bytes. */
  #wide(tag: number, value: bigint, bytes: number): void {
    const hex = BigInt.asUintN(64, value)
      .toString(16)
      .padStart(bytes * 2, "0");
    this.#parts.push(Buffer.from([tag]), Buffer.from(hex, "hex"));
  }

  /** The head of a value of a length: `tags` are those for lengths of 1, 2 and 4 bytes. */
  #head(length: number, tags: readonly [number | null, number, number]): void {
    const [byte, word, long] = tags;
    if (byte !== null && length < 0x100) this.#wide(byte, BigInt(length), 1);
    else if (length < 0x10000) this.#wide(word, BigInt(length), 2);
    else this.#wide(long, BigInt(length), 4);
  }

  #string(value: string): void {
    const bytes = Buffer.from(value);
    if (bytes.length < 32) this.#tag(0xa0 + bytes.length);
    else this.#head(bytes.length, [0xd9, 0xda, 0xdb]);
    this.#parts.push(bytes);
  }

  #list(list: readonly Json[], depth: number): void {
    if (list.length < 16) this.#tag(0x90 + list.length);
    else this.#head(list.length, [null, 0xdc, 0xdd]);
    for (const item of list) this.value(item, depth + 1);
  }

  #object(value: JsonObject, depth: number): void {
    const code = number(value[EXT]);
    const bytes = string(only(value, BYTES));
    const float = string(only(value, FLOAT));
    const integer = string(only(value, INTEGER)) ?? "";
    const map = only(value, MAP);
    if (code !== undefined) this.#extension(code, value);
    else if (bytes !== undefined) this.#binary(Buffer.from(bytes, "base64"));
    else if (float !== undefined) this.#float(Number(float));
    else if (/^-?\d{1,20}$/.test(integer)) this.#integer(BigInt(integer));
    else if (Array.isArray(map)) this.#pairs(map.map(array), depth);
    else this.#pairs(Object.entries(value), depth);
  }

  #pairs(pairs: readonly (readonly Json[])[], depth: number): void {
    if (pairs.length < 16) this.#tag(0x80 + pairs.length);
    else this.#head(pairs.length, [null, 0xde, 0xdf]);
    for (const [key = null, item = null] of pairs) {
      this.value(key, depth + 1);
      this.value(item, depth + 1);
    }
  }

  #binary(bytes: Buffer): void {
    this.#head(bytes.length, [0xc4, 0xc5, 0xc6]);
    this.#parts.push(bytes);
  }

  #extension(code: number, value: JsonObject): void {
    const own = string(value[BYTES]);
    const bytes = own === undefined ? encode(payloadIn(value)) : Buffer.from(own, "base64");
    const log2 = Math.log2(bytes.length);
    if (Number.isInteger(log2) && log2 <= 4) this.#tag(0xd4 + log2);
    else this.#head(bytes.length, [0xc7, 0xc8, 0xc9]);
    this.#parts.push(Buffer.from(Int8Array.of(code).buffer), bytes);
  }
}
