/** Saves a stream to a file, for work that must read it twice. */
import { createWriteStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Writes all of `from` to `path` and returns the path. */
export async function spool(from: Readable, path: string): Promise<string> {
  await pipeline(from, createWriteStream(path, { flags: "wx", mode: 0o600 }));
  return path;
}
