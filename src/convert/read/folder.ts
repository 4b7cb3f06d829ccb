/**
 * Which folder a session belongs to. One answer for lists, `show`, conversions, what is written and
 * where an agent is started: what its store says goes before what its records say.
 */

import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Agent } from "../../agents/types.ts";
import type { Input } from "../../io/input.ts";
import { remoteMount } from "../../io/mounts.ts";
import { Feed } from "../../lossless/feed.ts";
import type { Reader, Told } from "../../session/codec.ts";
import { localForm, plainPath } from "../../session/paths.ts";
import type { Header } from "../../session/types.ts";

export interface Folders {
  /** null where nothing says it: then the user is asked, and the current folder is never meant. */
  cwd: string | null;
  /** Where `cwd` is a worktree that the session was moved into: what it is once that is gone. */
  home: string | null;
}

/** A reader's header, with the session's folder. `place`: where it lies; null for stdin and copies. */
export function headerAt(agent: Agent, reader: Reader, place: string | null): Header {
  const { cwd } = foldersAt(agent, reader, place);
  const own = place === null ? null : agent.store.identity?.(resolve(place));
  return { ...reader.header(), ...own, cwd };
}

/** Decodes the session at this place, with what lies beside it. */
export function feedOf(agent: Agent, place: string | null): Feed {
  const { beside } = agent.store;
  if (beside === undefined || place === null) return new Feed(agent);
  const path = resolve(place);
  return new Feed(agent, (name) => beside(path, name));
}

export function foldersAt(agent: Agent, reader: Reader, place: string | null): Folders {
  const { cwd } = reader.header();
  const told: Told = { cwd, cwds: [], worktree: null, ...reader.folders?.() };
  const { folder } = agent.store;
  const named = place === null || !folder ? cwd : folder(resolve(place), told);
  const home = named === null || named === "" ? null : plainPath(named);
  if (told.worktree === null || !mayBeFolder(told.worktree)) return { cwd: home, home: null };
  return { cwd: plainPath(told.worktree), home };
}

/** Nothing is asked of a file system that may not answer. */
export function mayBeFolder(path: string): boolean {
  const local = localForm(path, process.platform);
  if (remoteMount(resolve(local)) !== null) return true;
  return statSync(local, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The folder that a session at this place belongs to. */
export function folderIn(agent: Agent, input: Input, place: string): string | null {
  const feed = new Feed(agent);
  const { reader } = feed;
  for (const line of input.lines()) {
    feed.read(line);
    // Later records may name another only where the reader notes them.
    if (!reader.folders && reader.header().cwd !== null) break;
  }
  return foldersAt(agent, reader, place).cwd;
}
