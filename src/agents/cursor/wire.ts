/** Protocol Buffers as bytes: as much of them as Cursor's conversations need. */

/** A field of a message; `bytes` is empty for numbers. */
export interface Field {
  number: number;
  wire: number;
  value: bigint;
  bytes: Buffer;
  /** The whole field, as it stands in the message. */
  whole: Buffer;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** The fields of a message, in their order; null if these bytes are none. */
export function fieldsOf(data: Buffer): Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  while (at < data.length) {
    const tag = varintAt(data, at);
    if (tag === null || tag.value > 0xffff_ffffn) return null;
    const number = Number(tag.value >> 3n);
    const wire = Number(tag.value & 7n);
    const content = number === 0 ? null : contentAt(data, tag.end, wire);
    if (content === null) return null;
    fields.push({ number, wire, ...content, whole: data.subarray(at, content.end) });
    at = content.end;
  }
  return fields;
}

interface Content {
  value: bigint;
  bytes: Buffer;
  end: number;
}

function contentAt(data: Buffer, at: number, wire: number): Content | null {
  const none = Buffer.alloc(0);
  switch (wire) {
    case VARINT: {
      const number = varintAt(data, at);
      return number && { ...number, bytes: none };
    }
    case LENGTH: {
      const size = varintAt(data, at);
      if (size === null || size.value > BigInt(data.length - size.end)) return null;
      const end = size.end + Number(size.value);
      return { value: 0n, bytes: data.subarray(size.end, end), end };
    }
    case FIXED64:
    case FIXED32: {
      const end = at + (wire === FIXED64 ? 8 : 4);
      return end > data.length ? null : { value: 0n, bytes: data.subarray(at, end), end };
    }
    // Groups are not used any more.
    default:
      return null;
  }
}

function varintAt(data: Buffer, start: number): { value: bigint; end: number } | null {
  let value = 0n;
  for (let n = 0; n < 10; n++) {
    const byte = data[start + n];
    if (byte === undefined) return null;
    value |= BigInt(byte & 0x7f) << BigInt(7 * n);
    if (byte < 0x80) return { value, end: start + n + 1 };
  }
  return null;
}

/** A field with these bytes: a text, or a message. */
export function bytesField(number: number, content: Buffer | string): Buffer {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return Buffer.concat([
    varint(BigInt(number) * 8n + BigInt(LENGTH)),
    varint(BigInt(bytes.length)),
    bytes,
  ]);
}

/** The same for a text that is left out if it is empty, as proto3 does. */
export function textField(number: number, text: string): Buffer {
  return text === "" ? Buffer.alloc(0) : bytesField(number, text);
}

/** A whole number that is not negative. */
export function numberField(number: number, value: number): Buffer {
  return Buffer.concat([varint(BigInt(number) * 8n), varint(BigInt(Math.max(0, value)))]);
}

/** The same for an int32, which may be negative. */
export function intField(number: number, value: number): Buffer {
  return Buffer.concat([varint(BigInt(number) * 8n), varint(BigInt.asUintN(64, BigInt(value)))]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? byte : byte | 0x80);
  } while (rest !== 0n);
  return Buffer.from(bytes);
}
