/** Files for other agents to read: the documents of handoffs. */
import { hash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, type Stats } from "node:fs";
import { join } from "node:path";
import { fileError, SegueError } from "../errors.ts";
import { textOrNone } from "./door.ts";
import { type Companion, putFile } from "./output.ts";
import { type Env, stateFolder } from "./state.ts";

/** A folder for documents. */
export interface Place {
  folder: string;
  /** Below a project: git is told to ignore it. */
  inProject: boolean;
  /** Written if they are missing. */
  companions: readonly Companion[];
}

/** `handoff/` in Segue's own folder. */
export function ownPlace(env: Env): Place {
  return { folder: join(stateFolder(env), "handoff"), inProject: false, companions: [] };
}

/** `.segue/` in the project. */
export function projectPlace(cwd: string): Place {
  return { folder: join(cwd, ".segue"), inProject: true, companions: [] };
}

const PLAIN = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/;

/**
 * The name of a session's document. An id is untrusted: it is converted to a plain name if
 * necessary.
 */
export function documentName(agent: string, id: string): string {
  if (PLAIN.test(id) && !id.includes("..")) return `${agent}-${id}.md`;
  const plain = id.replace(/[^A-Za-z0-9]+/g, "-").slice(0, 40);
  return `${agent}-${plain}-${hash("sha256", id).slice(0, 12)}.md`;
}

/**
 * Writes a document that only the user can read, replaces one with the same name, and returns its
 * path. Does not follow links out of the folder.
 * @throws SegueError if the folder is not a real one, or cannot be written to.
 */
export function writeDocument(place: Place, name: string, text: string): string {
  const { folder, inProject, companions } = place;
  const path = join(folder, name);
  try {
    makeFolder(folder, !inProject);
    if (inProject) ignoreAll(folder);
    for (const companion of companions) writeMissing(companion);
    putFile(path, text, { secret: true });
  } catch (error) {
    throw fileError(error, path, "write the document");
  }
  return path;
}

/** A link in place of the folder could lead anywhere, as the project's author likes. */
function makeFolder(folder: string, recursive: boolean): void {
  if (statOf(folder) === undefined)
    unlessThere(() => mkdirSync(folder, { recursive, mode: 0o700 }));
  if (statOf(folder)?.isDirectory()) return;
  throw new SegueError("refused", "the folder for documents is a link", {
    where: folder,
    hint: "remove it and try again",
  });
}

/**
 * Another Segue process may create the same folder at this moment: then the existing one is checked
 * as usual.
 */
function unlessThere(make: () => void): void {
  try {
    make();
  } catch (error) {
    const isThere = error instanceof Error && "code" in error && error.code === "EEXIST";
    if (!isThere) throw error;
  }
}

const ALL = "*\n";

function ignoreAll(folder: string): void {
  const path = join(folder, ".gitignore");
  if (statOf(path) === undefined) putFile(path, ALL);
  if (textOrNone(path).split(/\r?\n/).includes("*")) return;
  throw new SegueError("refused", "Git does not ignore this folder", {
    where: folder,
    hint: `its .gitignore must be a file with a line "*"`,
  });
}

function writeMissing({ path, text }: Companion): void {
  if (!existsSync(path)) putFile(path, text);
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
