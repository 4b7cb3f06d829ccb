/** Makes .zip archives, as exports come in them. */
import { crc32, deflateRawSync } from "node:zlib";

/** `stored`: without compression. `is64`: with the fields of archives beyond 4 GB. */
export function zipOf(
  files: Readonly<Record<string, Buffer | string>>,
  { stored = false, is64 = false, flags = 0x800 } = {},
): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const plain = Buffer.from(content);
    const packed = stored ? plain : deflateRawSync(plain);
    const named = Buffer.from(name);
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt16LE(flags, 2);
    about.writeUInt16LE(stored ? 0 : 8, 4);
    about.writeUInt32LE(crc32(plain), 10);
    about.writeUInt32LE(packed.length, 14);
    about.writeUInt32LE(plain.length, 18);
    about.writeUInt16LE(named.length, 22);
    parts.push(Buffer.from("PK\x03\x04"), about, named, packed);
    list.push(entryOf(about, named, is64 ? [plain.length, packed.length, at] : null, at));
    at += 4 + about.length + named.length + packed.length;
  }
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(list.length, 4);
  end.writeUInt16LE(list.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(is64 ? 0xffffffff : at, 12);
  const more = is64 ? [end64(list.length, directory.length, at)] : [];
  return Buffer.concat([...parts, directory, ...more, Buffer.from("PK\x05\x06"), end]);
}

function entryOf(about: Buffer, name: Buffer, sizes: number[] | null, at: number): Buffer {
  const head = Buffer.from(about);
  const extra = Buffer.alloc(sizes ? 28 : 0);
  if (sizes) {
    head.writeUInt32LE(0xffffffff, 14);
    head.writeUInt32LE(0xffffffff, 18);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    for (const [n, size] of sizes.entries()) extra.writeBigUInt64LE(BigInt(size), 4 + 8 * n);
  }
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(sizes ? 0xffffffff : at, 10);
  const lengths = Buffer.alloc(2);
  lengths.writeUInt16LE(extra.length, 0);
  return Buffer.concat([
    Buffer.from("PK\x01\x02\x14\x00"),
    head.subarray(0, 24),
    lengths,
    tail,
    name,
    extra,
  ]);
}

function end64(count: number, size: number, at: number): Buffer {
  const record = Buffer.alloc(52);
  record.writeBigUInt64LE(44n, 0);
  record.writeBigUInt64LE(BigInt(count), 20);
  record.writeBigUInt64LE(BigInt(count), 28);
  record.writeBigUInt64LE(BigInt(size), 36);
  record.writeBigUInt64LE(BigInt(at), 44);
  const locator = Buffer.alloc(16);
  locator.writeBigUInt64LE(BigInt(at + size), 4);
  return Buffer.concat([Buffer.from("PK\x06\x06"), record, Buffer.from("PK\x06\x07"), locator]);
}
