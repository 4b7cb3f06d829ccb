/** A file as the session model. */
import type { Agent, Reader } from "../agents/types.ts";
import type { Input } from "../io/input.ts";
import { FirstRequest, titleOf } from "../session/title.ts";
import { type Entry, type Header, SESSION_SCHEMA, type Session } from "../session/types.ts";
import { headerAt } from "./folder.ts";
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
export function readSession(agent: Agent, input: Input, bases: readonly BaseInput[]): Session {
  const reader = agent.reader();
  const request = new FirstRequest();
  const entries: Entry[] = [];
  for (const entry of entriesOf(reader, input, bases)) {
    request.note(entry);
    entries.push(entry);
  }
  const header = shownHeader(agent, reader, input, request);
  return { schema: SESSION_SCHEMA, header, entries };
}

/** The header of a session, with nothing of its entries kept. */
export function readHeader(agent: Agent, input: Input, bases: readonly BaseInput[]): Header {
  const reader = agent.reader();
  const request = new FirstRequest();
  for (const entry of entriesOf(reader, input, bases)) request.note(entry);
  return shownHeader(agent, reader, input, request);
}

/** The header as people are shown it: with the folder it belongs to, and a title in any case. */
function shownHeader(agent: Agent, reader: Reader, input: Input, request: FirstRequest): Header {
  const header = headerAt(agent, reader, input.name);
  const own = header.title ?? besideTitle(agent, input);
  return { ...header, title: titleOf(own, request.text) };
}

/** A title that stands beside the session's file. */
export function besideTitle(agent: Agent, { name }: Input): string | null {
  return name === null ? null : (agent.store.title?.(name) ?? null);
}
