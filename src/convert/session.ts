/** A file as the session model. */
import type { Reader } from "../agents/types.ts";
import type { Input } from "../io/input.ts";
import { type Entry, SESSION_SCHEMA, type Session } from "../session/types.ts";
import type { BaseInput } from "./survey-file.ts";

/** All entries of a session, in order: those of the files it continues, then its own. */
export function* entriesOf(
  reader: Reader,
  input: Input,
  bases: readonly BaseInput[],
): Generator<Entry> {
  let at = 0;
  for (const base of bases) {
    for (const { value } of base.input.lines({ end: base.bytes })) {
      if (value !== undefined) yield* reader.read(value, at);
      at++;
    }
  }
  for (const { value } of input.lines()) {
    if (value !== undefined) yield* reader.read(value, at);
    at++;
  }
}

/** The whole session in memory. */
export function readSession(reader: Reader, input: Input, bases: readonly BaseInput[]): Session {
  const entries = [...entriesOf(reader, input, bases)];
  return { schema: SESSION_SCHEMA, header: reader.header(), entries };
}
