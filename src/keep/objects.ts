/** The chunks that one machine keeps: each a file of its own, compressed, that never changes. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { Overtaken } from "../errors.ts";
import { bytesIn } from "../io/door.ts";
import { Output } from "../io/output.ts";
import type { Chunk } from "./manifest.ts";

/** zstd's own checksum lets `zstd -t` find damage, too. */
const COMPRESSION = {
  params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
};

const NAME = /^([0-9a-f]{64})\.zst$/;
/** Random bytes do not compress: so much more than its content a chunk may take. */
const MOST_MORE = 64 << 10;

export class Objects {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  path(sha256: string): string {
    return join(this.folder, sha256.slice(0, 2), `${sha256}.zst`);
  }

  has(sha256: string): boolean {
    return existsSync(this.path(sha256));
  }

  /** All of them. */
  names(): Set<string> {
    const names = new Set<string>();
    for (const folder of namesIn(this.folder)) {
      for (const name of namesIn(join(this.folder, folder))) {
        const [, sha256] = NAME.exec(name) ?? [];
        if (sha256 !== undefined) names.add(sha256);
      }
    }
    return names;
  }

  /** Returns how many bytes were written: 0 if it is there. */
  put(sha256: string, bytes: Buffer): number {
    if (this.has(sha256)) return 0;
    const packed = zstdCompressSync(bytes, COMPRESSION);
    const out = new Output(this.path(sha256));
    out.write(packed);
    try {
      out.commit();
    } catch (error) {
      // Another process has put the same.
      if (error instanceof Overtaken) return 0;
      throw error;
    }
    return packed.length;
  }

  /** null if it is missing or damaged. */
  read({ sha256, bytes }: Chunk): Buffer | null {
    try {
      const packed = bytesIn(this.path(sha256), bytes + MOST_MORE);
      const content = zstdDecompressSync(packed, { maxOutputLength: bytes });
      return digestOf(content) === sha256 ? content : null;
    } catch {
      return null;
    }
  }

  /** Out of the way of what will be put in its place. */
  setAside(sha256: string): void {
    const path = this.path(sha256);
    renameSync(path, `${path}.damaged`);
  }

  remove(sha256: string): void {
    rmSync(this.path(sha256), { force: true });
    rmSync(`${this.path(sha256)}.damaged`, { force: true });
  }
}

export function digestOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The names in a folder; none if it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
