/** Reads a file as the session model. */
import type { Agent } from "../../agents/types.ts";
import type { Input } from "../../io/input.ts";
import type { Feed } from "../../lossless/feed.ts";
import type { Line } from "../../lossless/lines.ts";
import type { Reader } from "../../session/codec.ts";
import { FirstRequest, titleOf } from "../../session/title.ts";
import { type Entry, type Header, SESSION_SCHEMA, type Session } from "../../session/types.ts";
import type { BaseInput } from "../survey/survey-file.ts";
import { filled } from "./fill.ts";
import { feedOf, headerAt } from "./folder.ts";

/** All entries of a session, in order: those of the files that it continues, then its own. */
export function* entriesOf(
  agent: Agent,
  input: Input,
  bases: readonly BaseInput[],
  feed = feedOf(agent, input.name),
): Generator<Entry> {
  for (const base of bases) {
    for (const line of base.input.lines({ end: base.bytes })) yield* entriesIn(feed, line, agent);
  }
  for (const line of input.lines()) yield* entriesIn(feed, line, agent);
}

function* entriesIn(feed: Feed, line: Line, agent: Agent): Generator<Entry> {
  for (const record of feed.read(line).records) yield* filled(record, agent);
}

/** The whole session in memory. */
export function readSession(agent: Agent, input: Input, bases: readonly BaseInput[]): Session {
  const feed = feedOf(agent, input.name);
  const request = new FirstRequest();
  const entries: Entry[] = [];
  for (const entry of entriesOf(agent, input, bases, feed)) {
    request.note(entry);
    entries.push(entry);
  }
  const header = shownHeader(agent, feed.reader, input, request);
  return { schema: SESSION_SCHEMA, header, entries };
}

/** The header of a session, without keeping its entries. */
export function readHeader(agent: Agent, input: Input, bases: readonly BaseInput[]): Header {
  const feed = feedOf(agent, input.name);
  const request = new FirstRequest();
  for (const entry of entriesOf(agent, input, bases, feed)) request.note(entry);
  return shownHeader(agent, feed.reader, input, request);
}

/** The header as shown to people: with the folder that it belongs to, and always with a title. */
function shownHeader(agent: Agent, reader: Reader, input: Input, request: FirstRequest): Header {
  const header = headerAt(agent, reader, input.name);
  const own = header.title ?? besideTitle(agent, input);
  return { ...header, title: titleOf(own, request.text) };
}

/** A title stored beside the session's file. */
export function besideTitle(agent: Agent, { name }: Input): string | null {
  return name === null ? null : (agent.store.title?.(name) ?? null);
}
