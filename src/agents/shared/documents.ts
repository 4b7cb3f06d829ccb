/** Stores whose sessions are JSON documents that their CLI always writes as a whole: a folder with a file each. */
import { mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { SegueError } from "../../errors.ts";
import { bytesIn } from "../../io/door.ts";
import { namesOf } from "../../io/files.ts";
import { Output, putFile } from "../../io/output.ts";
import { frameLine, joinDocument, splitDocument } from "../../lossless/document.ts";
import { parseValue, stringify } from "../../lossless/json-text.ts";
import type { DocumentForm } from "../../session/codec.ts";
import { isObject, member, object } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import type { Database } from "../types.ts";
import { type Lines, movedOn, sameLines } from "./lines.ts";

export interface Documents {
  form: DocumentForm;
  /** Is a record the document without what was said? */
  isHead(record: Json): boolean;
  /** The key that names the session's id in it. */
  id: string;
  /** As in "this is no session of Continue's". */
  whose: string;
}

export function sessionFile(root: string, id: string): string {
  return join(root, `${id}.json`);
}

/** The names of the documents in the folder. */
export function namesIn(root: string): string[] {
  return namesOf(root)
    .filter((name) => name.endsWith(".json") && !name.startsWith("."))
    .map((name) => basename(name, ".json"));
}

/** The folder as a database; `holds` is the agent's own. */
export function documentDatabase(documents: Documents, holds: Database["holds"]): Database {
  return {
    holds,
    read: (root, id) => linesAt(documents, sessionFile(root, id)),
    file: sessionFile,
    replace: (root, id, before, after) => replace(documents, root, id, before, after),
    renamed: (lines, newId) => renamed(documents, lines, newId),
    // Nothing but the folder is needed, which the CLI makes when it first runs.
    import: ({ path }) => {
      mkdirSync(path, { recursive: true, mode: 0o700 });
    },
  };
}

function replace(
  documents: Documents,
  root: string,
  id: string,
  before: Lines,
  after: Lines,
): void {
  const file = sessionFile(root, id);
  const now = linesAt(documents, file);
  if (!sameLines(now, before)) throw movedOn(file, now, before);
  if (after === null) {
    rmSync(file, { force: true });
    return;
  }
  // Lines of one session never go to another's file.
  if (idIn(after, documents) !== id) {
    throw new SegueError("refused", "these lines belong to another session", { where: file });
  }
  const bytes = bytesOf(documents, after, file);
  if (before !== null) {
    putFile(file, bytes);
    return;
  }
  const out = new Output(file);
  out.write(bytes);
  out.commit();
}

function renamed({ isHead, id }: Documents, lines: readonly string[], newId: string): string[] {
  return lines.map((line) => {
    const value = parseValue(line);
    return isObject(value) && isHead(value) ? JSON.stringify({ ...value, [id]: newId }) : line;
  });
}

/** The session's lines; null where there is none. */
function linesAt({ form, whose }: Documents, file: string): string[] | null {
  const bytes = bytesAt(file);
  if (!bytes) return null;
  const [frame = "", ...lines] =
    splitDocument(bytes, [form])?.toString("utf8").split("\n").slice(0, -1) ?? [];
  if (lines.length === 0) {
    const about = { where: file };
    throw new SegueError(
      "unreadable",
      `this is not one of ${whose} sessions, or it is damaged`,
      about,
    );
  }
  const spelling = spellingOf(frame);
  return spelling ? [text({ spelling }), ...lines] : lines;
}

/** The file that the lines stand for. */
function bytesOf({ form, whose }: Documents, lines: readonly string[], file: string): Buffer {
  const [first = "", ...rest] = lines;
  const spelling = object(member(parseValue(first), "spelling"));
  const own = spelling ? rest : lines;
  const frame = { [FRAME]: { ...frameLine(form.name, "")[FRAME], ...spelling } };
  const all = [text(frame), ...own].map((line) => `${line}\n`).join("");
  const bytes = joinDocument(Buffer.from(all), [form]);
  if (bytes && own.length > 0) return bytes;
  throw new SegueError("failed", `these lines are not one of ${whose} sessions`, { where: file });
}

/** The id that lines name as their session's. */
function idIn(lines: readonly string[], { isHead, id }: Documents): Json | undefined {
  const head = lines.map((line) => parseValue(line) ?? null).find(isHead);
  return member(head, id);
}

const FRAME = "segue.document";

/** null where it is spelled as the CLI does it. */
function spellingOf(frame: string): JsonObject | null {
  const { form: _, ...spelling } = object(member(parseValue(frame), FRAME)) ?? {};
  const { indent, end, raw } = spelling;
  return indent === 2 && end === "" && raw === undefined ? null : spelling;
}

function text(value: Json): string {
  return stringify(value) ?? "null";
}

function bytesAt(path: string): Buffer | null {
  try {
    return bytesIn(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
