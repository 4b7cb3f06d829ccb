/** OpenHands's sessions as lines: each is a folder with a file an event. */
import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Overtaken, SegueError } from "../../errors.ts";
import { statOf } from "../../io/files.ts";
import { putFile } from "../../io/output.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { member, string } from "../../session/json.ts";
import { movedOn, sameLines } from "../shared/lines.ts";
import { jsonAt } from "../shared/opened.ts";
import type { Database } from "../types.ts";
import {
  arriving,
  changedState,
  type EventFile,
  eventNames,
  linesAt,
  namesIn,
  newState,
  type Places,
  placesOf,
  type Said,
  saidIn,
  stateAt,
  text,
} from "./files.ts";
import { folderName, headRecord, ordinalIn, unwrap } from "./records.ts";

export const database: Database = {
  holds,
  read: (root, id) => (isId(id) ? linesAt(placesOf(root, id), id) : null),
  replace,
  renamed,
  // Nothing but the folder is needed, which the CLI makes when it first runs.
  import: ({ path }) => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  },
};

/** The CLI opens a session by a UUID, whose folder has no hyphens. */
export function isId(id: string): boolean {
  return /^[0-9a-f]{32}$/.test(id);
}

/** The ids of the sessions in the folder. */
export function idsIn(root: string): string[] {
  return namesIn(root, "folders").filter(isId);
}

/** `~/.openhands/conversations`, or another folder with such sessions in it, such as that of a session's subagents. */
function holds(path: string): boolean {
  if (!(statOf(path)?.isDirectory() ?? false)) return false;
  if (basename(path) === "conversations" && basename(dirname(path)) === ".openhands") return true;
  return idsIn(path).some((id) => {
    const { state, events } = placesOf(path, id);
    return existsSync(state) && existsSync(events);
  });
}

function replace(
  root: string,
  id: string,
  before: readonly string[] | null,
  after: readonly string[] | null,
): void {
  const places = placesOf(root, id);
  if (!isId(id)) throw notTheId(places);
  const now = linesAt(places, id);
  if (!sameLines(now, before)) throw movedOn(places.folder, now, before);
  settle(places);
  if (after === null) remove(places);
  else if (before === null) create(root, id, said(after, places, id));
  else change(places, said(before, places, id), said(after, places, id));
}

/** Lines of one session never go to another's files. */
function said(lines: readonly string[], places: Places, id: string): Said {
  const found = saidIn(lines, places.folder);
  if (found.state !== null && folderName(string(found.state.id) ?? "") === id) return found;
  throw notTheId(places);
}

function notTheId({ folder: where }: Places): SegueError {
  return new SegueError("refused", "these lines are not a session with this id", { where });
}

/** What a process that was killed left: see `arriving`. */
function settle(places: Places): void {
  const cut = arriving(places);
  for (const name of cut === null ? [] : namesIn(places.events)) {
    if ((ordinalIn(name) ?? -1) > (cut ?? 0)) rmSync(join(places.events, name), { force: true });
  }
  rmSync(places.stage, { recursive: true, force: true });
}

/** All of it appears at once, under the folder's name. */
function create(root: string, id: string, { state, files }: Said): void {
  const { folder } = placesOf(root, id);
  if (existsSync(folder)) {
    throw new Overtaken("the session's folder already exists", { where: folder });
  }
  const aside = placesOf(root, `.segue-${id}`);
  rmSync(aside.folder, { recursive: true, force: true });
  mkdirSync(aside.events, { recursive: true, mode: 0o700 });
  try {
    for (const { name, bytes } of files) putFile(join(aside.events, name), bytes);
    putFile(aside.state, newState(state, id, modelAt(root) ?? "unknown"));
    renameSync(aside.folder, folder);
  } catch (error) {
    rmSync(aside.folder, { recursive: true, force: true });
    throw error;
  }
}

/** The model that the user has set up. */
export function modelAt(root: string): string | null {
  const settings = jsonAt(join(dirname(root), "agent_settings.json"));
  return string(member(member(settings, "llm"), "model")) || null;
}

function change(places: Places, was: Said, is: Said): void {
  const same = sharedFiles(was.files, is.files);
  const [gone, added] = [was.files.slice(same), is.files.slice(same)];
  if (added.length > 0 && was.isGapped) {
    throw new SegueError(
      "refused",
      "there are events in the session's folder that OpenHands does not load",
      {
        where: places.events,
        hint: "--fork writes a new session",
      },
    );
  }
  // Without the first of them, the SDK sees none of the others.
  for (const { name } of gone) rmSync(join(places.events, name), { force: true });
  add(places, added);
  const now = stateAt(places);
  if (text(was.state) === text(is.state) || now === null || is.state === null) return;
  putFile(places.state, changedState(now, is.state));
}

function sharedFiles(a: readonly EventFile[], b: readonly EventFile[]): number {
  const differs = a.findIndex(({ name, bytes }, n) => {
    const other = b[n];
    return other === undefined || other.name !== name || !other.bytes.equals(bytes);
  });
  return differs < 0 ? a.length : differs;
}

/** The first one comes last, and all of them with it. */
function add({ stage, events }: Places, files: readonly EventFile[]): void {
  if (files.length === 0) return;
  mkdirSync(stage, { mode: 0o700 });
  try {
    for (const { name, bytes } of files) putFile(join(stage, name), bytes);
  } catch (error) {
    rmSync(stage, { recursive: true, force: true });
    throw error;
  }
  for (const { name } of [...files].reverse()) renameSync(join(stage, name), join(events, name));
  rmdirSync(stage);
}

function remove(places: Places): void {
  for (const name of eventNames(places)) rmSync(join(places.events, name), { force: true });
  rmSync(join(places.events, ".eventlog.lock"), { force: true });
  rmSync(places.state, { force: true });
  for (const folder of [places.events, places.folder]) {
    try {
      rmdirSync(folder);
    } catch {
      // Something else is there, such as a list of tasks.
    }
  }
}

function renamed(lines: readonly string[], newId: string): string[] {
  return lines.map((line) => {
    const stored = unwrap(parseValue(line) ?? null);
    return stored.kind === "head" ? text(headRecord({ ...stored.state, id: newId })) : line;
  });
}
