/** Finding the session that the user means. */
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Agent } from "../agents/types.ts";
import { type Selected, sessionIn } from "../catalog/select.ts";
import { spool } from "../io/spool.ts";

export { isFolder, type Selected, select, sessionIn } from "../catalog/select.ts";

/** A session that comes through a stream: a copy of it is put into `scratch`. */
export async function sessionFrom(
  stream: Readable,
  from: Agent | undefined,
  scratch: string,
): Promise<Selected> {
  return sessionIn(await copyOf(stream, scratch), from, null);
}

/** All of a stream, as a file in `scratch`. */
export function copyOf(stream: Readable, scratch: string): Promise<string> {
  return spool(stream, join(scratch, "stdin"));
}
