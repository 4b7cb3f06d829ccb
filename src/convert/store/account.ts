/**
 * Between two accounts of one agent: the session itself, byte for byte or row for row, under the
 * same id in the other account's store. Of what an account keeps besides its sessions, such as
 * credentials and settings, nothing is read or written.
 */
import { existsSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { whoseOf } from "../../agents/profile.ts";
import { refuseOpen } from "../../agents/running.ts";
import { isFolder } from "../../io/files.ts";
import { Input } from "../../io/input.ts";
import type { Side } from "../../io/journal.ts";
import { withLock } from "../../io/lock.ts";
import { Output } from "../../io/output.ts";
import { rowPlace } from "../../io/row-place.ts";
import type { Header } from "../../session/types.ts";
import { isThere, rowsAt } from "../read/open.ts";
import { besides, type Copy, copyShared, distinct, withBesides } from "./beside.ts";
import { addLines, changeRows, create, marked } from "./commit.ts";
import type { Context } from "./context.ts";
import { isAsWritten, refuseWithoutDatabase } from "./rows.ts";
import type { Outcome } from "./types.ts";

/** The session in the other account's store, compared with this one. */
type State = "missing" | "same" | "behind" | "ahead" | "other";

/** null if both have changed since they were the same: then it has to be a new session. */
export function inOtherAccount(context: Context, header: Header): Outcome | null {
  const { agent } = context.target;
  if (isOlder(context, header)) {
    context.notes.push("an older version stored it in another form: writing a new session");
    return null;
  }
  const input = bytesAt(context, context.source.path);
  const stored = context.target.known?.get(header.id) ?? placeFor(context, header);
  const state = stateOf(context, input, stored, header.id);
  switch (state) {
    case "missing":
      return copied(context, input, header, stored);
    case "same":
      return opened(context, input, header, stored, `already in the store of ${agent.name}`);
    case "ahead":
      return opened(context, input, header, stored, `it has continued in ${agent.name}`);
    case "behind":
      return caughtUp(context, input, header, stored);
    case "other":
      context.notes.push("it has changed in both accounts: writing a new session");
      return null;
  }
}

/** Is it a file, or in a folder, where newer versions have a database? */
function isOlder(context: Context, header: Header): boolean {
  if (!context.target.agent.store.database) return false;
  const rows = rowsAt(context.source.path);
  if (rows === null) return true;
  const { path } = rowPlace(context.placeFor(header));
  return isFolder(rows.path) && existsSync(path) && !isFolder(path);
}

/** As it is stored, even if that is a document. */
function bytesAt(context: Context, path: string): Input {
  if (rowsAt(path)) return context.open(path);
  const input = new Input(path);
  context.keep(input);
  return input;
}

/** A file of an older form keeps its ending, which shows its form. */
function placeFor(context: Context, header: Header): string {
  const { path } = context.source;
  const place = context.placeFor(header);
  if (rowsAt(path) || extname(place) === extname(path)) return place;
  return join(dirname(place), basename(path));
}

function stateOf(context: Context, input: Input, stored: string, id: string): State {
  if (!isThere(stored)) return "missing";
  const there = bytesAt(context, stored);
  try {
    if (there.size === input.size && there.sha256() === input.sha256()) return "same";
    return rowsAt(stored) ? rowsState(context, input, stored, id) : linesState(input, there);
  } finally {
    there.close();
  }
}

/** Agents append to a file of lines; a document is written anew, and then it is another one. */
function linesState(input: Input, there: Input): State {
  if (there.size < input.size) {
    return input.sha256(there.size) === there.sha256() ? "behind" : "other";
  }
  return there.sha256(input.size) === input.sha256() ? "ahead" : "other";
}

/** Rows change in any place: which of the two has changed is told by what Segue wrote last. */
function rowsState(context: Context, input: Input, stored: string, id: string): State {
  const write = context.journal
    .writes()
    .findLast(
      ({ source, target }) =>
        source.agent === target.agent &&
        source.id === id &&
        target.id === id &&
        [source.path, target.path].every((path) => [stored, context.source.path].includes(path)),
    );
  if (!write) return "other";
  const { env } = context.options;
  if (isAsWritten(write, stored, env)) return "behind";
  return input.sha256() === write.target.sha256 || isAsWritten(write, context.source.path, env)
    ? "ahead"
    : "other";
}

function opened(
  context: Context,
  input: Input,
  { id, cwd }: Header,
  path: string,
  what: string,
): Outcome {
  input.close();
  const note = context.note(`${what}: ${path}`);
  const report = context.opened(id, path);
  return { id, cwd, path, title: null, report, note, commit() {}, discard() {} };
}

function copied(context: Context, input: Input, header: Header, path: string): Outcome {
  const { agent } = context.target;
  refuseWithoutDatabase(context.target, path);
  const out = context.newOutput(path);
  copyBytes(input, out);
  const source = sideOf(context, header.id, input);
  const beside = withBases(context, besides(context.source.path, { id: header.id, path }));
  const report = reportOf(context, input, header.id, path);
  const shared = sharedBy(context, input);
  input.close();
  return {
    id: header.id,
    cwd: header.cwd,
    path,
    title: agent.store.title?.(context.source.path) ?? null,
    report,
    note: context.note(`copied into the store of ${agent.name}: ${path}`),
    commit: () => {
      copyShared(shared);
      create(context, out, source, header, path, null, beside);
    },
    discard: () => out.discard(),
  };
}

/** Nothing was added there since: what was added here goes to its end. */
function caughtUp(context: Context, input: Input, header: Header, path: string): Outcome {
  const { agent } = context.target;
  const { env, dryRun, force } = context.options;
  const { id, cwd } = header;
  const refuse = (): void => {
    if (force !== true) refuseOpen(agent, { id, path, cwd }, env);
  };
  if (!dryRun) refuse();
  const there = bytesAt(context, path);
  const [before, then] = [there.size, there.sha256()];
  there.close();
  const out = new Output(join(context.options.scratch, "account"));
  copyBytes(input, out);
  const source = sideOf(context, id, input);
  const beside = withBases(context, besides(context.source.path, { id, path }));
  const report = reportOf(context, input, id, path);
  const shared = sharedBy(context, input);
  const added = addedLines(input, rowsAt(path) ? 0 : before);
  input.close();
  const commit = (): void => {
    refuse();
    const target: Side = { ...whoseOf(agent), id, path, bytes: out.bytes, sha256: out.sha256 };
    const ends = { source, target, carry: null, madeFolder: null };
    copyShared(shared);
    withLock(env, path, () =>
      marked(context, path, () => {
        const write = { action: "append", path, before, ...ends } as const;
        if (rowsAt(path)) changeRows(context, write, then, out);
        else withBesides(beside, (noted) => addLines(context, { ...write, ...noted }, out));
      }),
    );
  };
  return {
    id,
    cwd,
    path,
    title: null,
    report: { ...report, how: "copied", added: rowsAt(path) ? report.added : added },
    note: context.note(`the new turns go to the session in ${agent.name}: ${path}`),
    commit,
    discard: () => out.discard(),
  };
}

function copyBytes(input: Input, out: Output): void {
  for (const chunk of input.chunks()) out.write(Buffer.from(chunk));
  out.sync();
}

/** Its CLI refuses a fork without the session that it continues; subagents may be stored elsewhere. */
function withBases({ target }: Context, beside: readonly Copy[]): Copy[] {
  return distinct([...beside, ...(target.bases ?? [])]);
}

function sharedBy({ source, target }: Context, input: Input): Copy[] {
  const { store } = target.agent;
  if (!store.shared) return [];
  const all = new Map<string, Copy>();
  for (const { text } of input.lines()) {
    for (const copy of store.shared(text, source.path, target.root)) all.set(copy.to, copy);
  }
  return [...all.values()];
}

function addedLines(input: Input, before: number): number {
  let lines = 0;
  for (const line of input.lines({ start: before })) if (line.text !== "") lines++;
  return lines;
}

function sideOf({ source }: Context, id: string, input: Input): Side {
  const { size: bytes } = input;
  return { ...whoseOf(source.agent), id, path: source.path, bytes, sha256: input.sha256() };
}

function reportOf(context: Context, input: Input, id: string, path: string): Outcome["report"] {
  const report = context.opened(id, path);
  const records = [...input.lines()].length;
  const verified = { readback: true, laws: [1] };
  const source = { ...report.source, records, bytes: input.size };
  return { ...report, how: "copied", source, verified };
}
