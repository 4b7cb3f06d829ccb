/** Finds the session that the user means. */
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Agent } from "../agents/types.ts";
import { type Selected, sessionIn } from "../catalog/select.ts";
import { spool } from "../io/spool.ts";

export { type Selected, select, sessionIn } from "../catalog/select.ts";
export { isFolder } from "../io/files.ts";

/** A session from a stream, which is copied to `scratch`. */
export async function sessionFrom(
  stream: Readable,
  from: Agent | undefined,
  scratch: string,
): Promise<Selected> {
  return sessionIn(await copyOf(stream, scratch), from, null);
}

/** Copies a stream to a file in `scratch`. */
export function copyOf(stream: Readable, scratch: string): Promise<string> {
  return spool(stream, join(scratch, "stdin"));
}
