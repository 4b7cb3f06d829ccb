/**
 * The folder that a session belongs to: the same for lists, `show`, conversions, written sessions
 * and started agents. What the store says takes precedence over the records.
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
  /** null if it is unknown: then the user is asked. The current folder is never assumed. */
  cwd: string | null;
  /**
   * If `cwd` is a worktree that the session was moved into: the folder once the worktree no longer
   * exists.
   */
  home: string | null;
}

/** A reader's header, with the session's folder. `place`: its path; null for stdin and copies. */
export function headerAt(agent: Agent, reader: Reader, place: string | null): Header {
  const { cwd } = foldersAt(agent, reader, place);
  const own = place === null ? null : agent.store.identity?.(resolve(place));
  return { ...reader.header(), ...own, cwd };
}

/** Decodes the session at this place, with what is stored beside it. */
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

/** Does not access a file system that may not respond. */
export function mayBeFolder(path: string): boolean {
  const local = localForm(path, process.platform);
  if (remoteMount(resolve(local)) !== null) return true;
  return statSync(local, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The folder that a session at this path belongs to. */
export function folderIn(agent: Agent, input: Input, place: string): string | null {
  const feed = new Feed(agent);
  const { reader } = feed;
  for (const line of input.lines()) {
    feed.read(line);
    // Later records may name another folder only if the reader records it.
    if (!reader.folders && reader.header().cwd !== null) break;
  }
  return foldersAt(agent, reader, place).cwd;
}
