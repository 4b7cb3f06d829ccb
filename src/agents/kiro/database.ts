/** Kiro's sessions as lines: those of Kiro CLI 2 in files, and those of its other stores, which are only read. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import { Overtaken, SegueError } from "../../errors.ts";
import { namesOf, statOf } from "../../io/files.ts";
import { putFile } from "../../io/output.ts";
import { parseValue } from "../../lossless/json-text.ts";
import { string } from "../../session/json.ts";
import { type Lines, movedOn, sameLines } from "../shared/lines.ts";
import type { Database } from "../types.ts";
import { holdsEditor, readEditor } from "./editor.ts";
import { aboutAt, changedAbout, linesAt, newAbout, type Said, saidIn, text } from "./files.ts";
import { holdsKas, readKas } from "./kas.ts";
import { type Files, filesOf } from "./place.ts";
import { unwrap } from "./records.ts";
import { holdsRows, readRow } from "./rows.ts";

export const database: Database = {
  holds: (path) => holdsRows(path) || holdsKas(path) || holdsEditor(path) || holdsFiles(path),
  read(path, id) {
    if (holdsRows(path)) return readRow(path, id);
    if (holdsKas(path)) return readKas(path, id);
    if (holdsEditor(path)) return readEditor(path, id);
    const files = filesOf(path, id);
    return files === null ? null : linesAt(files);
  },
  replace,
  renamed,
  // Nothing but the folder is needed, which the CLI makes when it first runs.
  import: ({ path }) => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  },
};

/** `~/.kiro/sessions/cli`, or another folder with such sessions in it. */
export function holdsFiles(path: string): boolean {
  if (!(statOf(path)?.isDirectory() ?? false)) return false;
  if (basename(path) === "cli" && basename(dirname(path)) === "sessions") return true;
  return idsIn(path).some((id) => {
    const files = filesOf(path, id);
    return files !== null && existsSync(files.log) && aboutAt(files) !== null;
  });
}

/** Of all sessions that have both files. */
export function idsIn(root: string): string[] {
  const names = new Set(namesOf(root));
  return [...names].flatMap((name) => {
    const [, id] = /^(.+)\.json$/.exec(name) ?? [];
    return id !== undefined && names.has(`${id}.jsonl`) ? [id] : [];
  });
}

function replace(path: string, id: string, before: Lines, after: Lines): void {
  if (holdsRows(path)) {
    throw new SegueError("refused", "Segue only reads the database of Kiro CLI 1", {
      where: path,
      hint: "open the session in Kiro CLI once, which takes it over; or use --fork",
    });
  }
  if (holdsKas(path) || holdsEditor(path)) {
    const whose = holdsKas(path) ? "Kiro CLI 3" : "Kiro's editor";
    throw new SegueError("refused", `Segue only reads the sessions of ${whose}`, {
      where: path,
      hint: "--fork writes a new session for Kiro CLI 2",
    });
  }
  const files = filesOf(path, id);
  if (files === null) {
    throw new SegueError("refused", "the session's id is no name of a file", { where: path });
  }
  const now = linesAt(files);
  if (!sameLines(now, before)) throw movedOn(files.log, now, before);
  if (after === null) remove(files);
  else if (before === null) create(path, id, files, saidIn(after));
  else change(files, before, after);
}

/** The log first: until <id>.json is there, Kiro does not know the session. */
function create(root: string, id: string, files: Files, said: Said): void {
  if (string(said.session?.session_id) !== id) {
    throw new SegueError("refused", "these lines are no session of this id", { where: root });
  }
  if (existsSync(files.log) || existsSync(files.about)) {
    throw new Overtaken("the session already exists", { where: files.log });
  }
  mkdirSync(root, { recursive: true, mode: 0o700 });
  try {
    putFile(files.log, said.log);
    putFile(files.about, newAbout(said));
  } catch (error) {
    remove(files);
    throw error;
  }
}

function change(files: Files, before: readonly string[], after: readonly string[]): void {
  if (after.length > before.length && before.some((line) => line.endsWith(',"torn":true}'))) {
    throw new SegueError("refused", "the last line of the session's file is not complete", {
      where: files.log,
      hint: "--fork writes a new session",
    });
  }
  const [was, is] = [saidIn(before), saidIn(after)];
  if (!was.log.equals(is.log)) putFile(files.log, is.log);
  const about = aboutAt(files);
  const changed = about === null ? null : changedAbout(about, was, is);
  if (changed !== null) putFile(files.about, changed);
}

function remove({ about, log }: Files): void {
  rmSync(about, { force: true });
  rmSync(log, { force: true });
}

function renamed(lines: readonly string[], newId: string): string[] {
  return lines.map((line) => {
    const stored = unwrap(parseValue(line) ?? null);
    if (stored.kind !== "session") return line;
    return text({ session: { ...stored.session, session_id: newId } });
  });
}
