/** Auggie's sessions as lines: each is a file that is written as a whole. */
import { basename, dirname } from "node:path";
import { isFolder } from "../../io/files.ts";
import { documentDatabase, namesIn } from "../shared/documents.ts";
import { isHead, session } from "./document.ts";

export const database = documentDatabase(
  { form: session, isHead, id: "sessionId", whose: "Auggie's" },
  holds,
);

/** `~/.augment/sessions`, or another folder of sessions with the list of tasks beside it. */
function holds(path: string): boolean {
  if (!isFolder(path) || basename(path) !== "sessions") return false;
  const home = dirname(path);
  return basename(home) === ".augment" || isFolder(`${home}/task-storage`);
}

/** A copy that the CLI keeps of a session before it changes it: of the same id, and never opened. */
const BACKUP = /-backup\d+$/;

/** The ids of the sessions in the folder. */
export function idsIn(root: string): string[] {
  return namesIn(root).filter((name) => !BACKUP.test(name));
}
