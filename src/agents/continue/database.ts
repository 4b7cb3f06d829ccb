/** Continue's sessions as lines: each is a file that is written as a whole. */
import { basename, dirname, join } from "node:path";
import { headOf } from "../../io/door.ts";
import { statOf } from "../../io/files.ts";
import { documentDatabase, namesIn } from "../shared/documents.ts";
import { isHead, session } from "./document.ts";
import { INDEX } from "./files.ts";

export const database = documentDatabase(
  { form: session, isHead, id: "sessionId", whose: "Continue's" },
  holds,
);

/** `~/.continue/sessions`, or another folder of this name with an index of its form. */
function holds(path: string): boolean {
  if (!(statOf(path)?.isDirectory() ?? false)) return false;
  if (basename(path) !== "sessions") return false;
  return basename(dirname(path)) === ".continue" || hasIndex(join(path, INDEX));
}

/** A list of entries; other agents have indexes of this name, too. */
function hasIndex(path: string): boolean {
  try {
    return /^\s*\[\s*(?:\]|\{\s*"sessionId"\s*:)/.test(headOf(path, 4096).toString("utf8"));
  } catch {
    return false;
  }
}

/** The ids of the sessions in the folder. */
export function idsIn(root: string): string[] {
  return namesIn(root).filter((name) => `${name}.json` !== INDEX);
}
