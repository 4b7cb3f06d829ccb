/** Reads a file in a separate thread while another one may still be writing it. */
import { readSync } from "node:fs";
import { type Line, LineSplitter } from "../lossless/lines.ts";

/**
 * Waits for more than `have` bytes and returns how many there are: `have` again if there will be no
 * more.
 */
export type Written = (have: number) => number;

const CHUNK = 1 << 20;

/** The lines of an open file; `tap` sees every chunk before it is split. */
export function* followLines(
  fd: number,
  written: Written,
  tap?: (chunk: Buffer) => void,
): Generator<Line> {
  const splitter = new LineSplitter();
  const buffer = Buffer.allocUnsafe(CHUNK);
  let at = 0;
  for (let size = written(0); size > at; size = size > at ? size : written(size)) {
    const chunk = buffer.subarray(0, readSync(fd, buffer, 0, Math.min(CHUNK, size - at), at));
    if (chunk.length === 0) break;
    tap?.(chunk);
    yield* splitter.push(chunk);
    at += chunk.length;
  }
  const rest = splitter.end();
  if (rest) yield rest;
}
