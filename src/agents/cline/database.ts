/** Cline's sessions as lines: each is a folder of files, all of which are written together. */
import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Overtaken, SegueError } from "../../errors.ts";
import { namesOf, statOf } from "../../io/files.ts";
import { putFile } from "../../io/output.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, member } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { movedOn, sameLines } from "../shared/lines.ts";
import type { Database } from "../types.ts";
import { filesOf, linesAt, type Places, placesOf, saidIn } from "./files.ts";

export const database: Database = {
  holds,
  read: (root, id) => linesAt(placesOf(root, id)),
  replace,
  renamed,
  // Nothing but the folder is needed, which the CLI makes when it first runs.
  import: ({ path }) => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  },
};

/** `~/.cline/data/sessions`, or another folder with such sessions in it. */
function holds(path: string): boolean {
  if (!(statOf(path)?.isDirectory() ?? false)) return false;
  if (basename(path) === "sessions" && basename(dirname(path)) === "data") return true;
  return namesIn(path).some((name) => existsSync(placesOf(path, name).transcript));
}

/** The folders of sessions; what begins with a dot is on its way in. */
export function namesIn(root: string): string[] {
  return namesOf(root).filter((name) => !name.startsWith("."));
}

function replace(
  root: string,
  id: string,
  before: readonly string[] | null,
  after: readonly string[] | null,
): void {
  const places = placesOf(root, id);
  const now = linesAt(places);
  if (!sameLines(now, before)) throw movedOn(places.folder, now, before);
  if (after === null) remove(places);
  else if (before === null) create(root, id, after);
  else change(places, id, before, after);
}

/** All of it appears at once, under the folder's name. */
function create(root: string, id: string, after: readonly string[]): void {
  const places = placesOf(root, id);
  if (existsSync(places.folder)) {
    throw new Overtaken("the session's folder already exists", { where: places.folder });
  }
  const files = filesOf(said(after, places, id), places, id);
  const aside = placesOf(root, id);
  const folder = join(root, `.segue-${id}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  const put = (path: string, content: string | Buffer): void =>
    putFile(join(folder, basename(path)), content);
  try {
    put(aside.transcript, files.transcript);
    if (files.compaction !== null) put(aside.compaction, files.compaction);
    if (files.manifest !== null) put(aside.manifest, files.manifest);
    renameSync(folder, places.folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The transcript comes last: until it is there, the CLI leaves a compaction of it aside. */
function change(
  places: Places,
  id: string,
  before: readonly string[],
  after: readonly string[],
): void {
  const was = said(before, places, id);
  const is = said(after, places, id);
  if (was.spelling?.raw !== undefined && was.messages.length < is.messages.length) {
    throw new SegueError(
      "refused",
      "the transcript is formatted in a way that cannot be added to",
      {
        where: places.transcript,
        hint: "--fork writes a new session",
      },
    );
  }
  const files = filesOf(is, places, id);
  if (JSON.stringify(was.manifest) !== JSON.stringify(is.manifest) && files.manifest !== null) {
    putFile(places.manifest, files.manifest);
  }
  if (JSON.stringify(was.compaction) !== JSON.stringify(is.compaction)) {
    if (files.compaction === null) rmSync(places.compaction, { force: true });
    else putFile(places.compaction, files.compaction);
  }
  putFile(places.transcript, files.transcript);
}

function remove(places: Places): void {
  rmSync(places.manifest, { force: true });
  rmSync(places.compaction, { force: true });
  rmSync(places.transcript, { force: true });
  try {
    rmdirSync(places.folder);
  } catch {
    // Something else is there, such as a subagent's transcript.
  }
}

/** Lines of one session never go to another's files. */
function said(lines: readonly string[], places: Places, id: string): ReturnType<typeof saidIn> {
  const found = saidIn(lines, places.folder);
  const own = [found.manifest?.session_id, found.head.sessionId];
  if (own.every((one) => one === undefined || one === id)) return found;
  throw new SegueError("refused", "the lines are those of another session", {
    where: places.folder,
  });
}

function renamed(lines: readonly string[], newId: string): string[] {
  // How the other file was spelled does not matter.
  const own = lines.filter((line) => !line.startsWith('{"spelling":'));
  return own.map((line) => {
    const value = parseValue(line);
    if (!isObject(value)) return line;
    const { manifest, sessionId } = value;
    if (isObject(manifest)) {
      return JSON.stringify({ manifest: { ...manifest, session_id: newId } });
    }
    if (typeof sessionId !== "string" || member(value, "messages") === undefined) return line;
    const origin: Json = value.origin ?? null;
    const isOwn = isObject(origin) && origin.sessionId === sessionId;
    return JSON.stringify({
      ...value,
      sessionId: newId,
      ...(isOwn ? { origin: { ...origin, sessionId: newId } } : {}),
    });
  });
}
