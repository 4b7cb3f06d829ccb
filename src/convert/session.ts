/** A file as the session model. */
import type { Agent } from "../agents/types.ts";
import type { Input } from "../io/input.ts";
import { type Entry, SESSION_SCHEMA, type Session } from "../session/types.ts";

/** All entries of a file, in order. */
export function* entriesOf(agent: Agent, input: Input): Generator<Entry> {
  const reader = agent.reader();
  let at = 0;
  for (const { value } of input.lines()) {
    if (value !== undefined) yield* reader.read(value, at);
    at++;
  }
}

/** The whole session in memory. */
export function readSession(agent: Agent, input: Input): Session {
  const reader = agent.reader();
  const entries: Entry[] = [];
  let at = 0;
  for (const { value } of input.lines()) {
    if (value !== undefined) entries.push(...reader.read(value, at));
    at++;
  }
  return { schema: SESSION_SCHEMA, header: reader.header(), entries };
}
