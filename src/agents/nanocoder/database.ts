/** Nanocoder's sessions as lines: each is a file that is written as a whole. */
import { basename, dirname, join } from "node:path";
import { headOf } from "../../io/door.ts";
import { statOf } from "../../io/files.ts";
import { documentDatabase, namesIn } from "../shared/documents.ts";
import { isHead, session } from "./document.ts";

/** Lists all sessions, beside their files. */
export const INDEX = "sessions.json";

export const database = documentDatabase(
  { form: session, isHead, id: "id", whose: "Nanocoder's" },
  holds,
);

/** `~/.local/share/nanocoder/sessions`, or another folder with an index of its form. */
function holds(path: string): boolean {
  if (!(statOf(path)?.isDirectory() ?? false)) return false;
  const isUsual = basename(path) === "sessions" && basename(dirname(path)) === "nanocoder";
  return isUsual || hasIndex(join(path, INDEX));
}

/** A list of entries; other agents have indexes of this name, too. */
function hasIndex(path: string): boolean {
  try {
    const head = headOf(path, 4096).toString("utf8");
    return /^\s*\[\s*\{\s*"id"\s*:/.test(head) && head.includes('"workingDirectory"');
  } catch {
    return false;
  }
}

/** The ids of the sessions in the folder: the CLI opens no other names. */
export function idsIn(root: string): string[] {
  return namesIn(root).filter((name) => ID.test(name));
}

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
