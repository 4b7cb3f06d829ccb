/**
 * Ids, times and folders come from session files: they are untrusted, and are checked here before
 * they become an argument of a program or part of a path.
 */
import { relative, resolve, sep } from "node:path";
import { SegueError } from "../../errors.ts";
import type { Header } from "../../session/types.ts";
import type { Store } from "../types.ts";

/**
 * Pi's own rule for ids, with a maximum length that leaves room for a time before it in a file
 * name.
 */
const SAFE_ID = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$/;

function isSafeId(id: string): boolean {
  return SAFE_ID.test(id) && !id.includes("..");
}

/**
 * The id, checked so that it can be an argument or part of a file name. It never looks like an
 * option.
 * @throws SegueError if it is invalid.
 */
export function checkId(id: string, file: string): string {
  if (isSafeId(id)) return id;
  const what = id === "" ? "the session has no id" : "the session's id is not safe to use";
  throw new SegueError("refused", `${what}: it becomes an argument or a file name`, {
    where: file,
    hint: "open it in another agent with --in: it gets a new id there",
  });
}

/** The longest name that most file systems allow. */
const NAME_BYTES = 255;

/**
 * The path of a new session below `root`.
 * @throws SegueError if the session's data gives no path, or one outside `root`.
 */
export function placeFor(
  store: Store,
  root: string,
  header: Header,
  env: NodeJS.ProcessEnv,
): string {
  checkId(header.id, root);
  const path = resolve(store.pathFor(root, header, env));
  const names = relative(resolve(root), path).split(sep);
  const about = { where: root, hint: "specify another folder with --cwd" };
  // A folder of sessions may be the database itself.
  const isRoot = names[0] === "" && store.database === undefined;
  const isOutside = names[0] === ".." || isRoot || resolve(root, ...names) !== path;
  if (isOutside && store.inProjects !== true) {
    throw new SegueError("refused", "the session would be outside the store", about);
  }
  if (names.some((name) => name.includes("\0") || Buffer.byteLength(name) > NAME_BYTES)) {
    const why = "the name of the session's folder is too long or not valid for the file system";
    throw new SegueError("refused", why, about);
  }
  return path;
}

const LAST = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * A session's time for its file name; the epoch for an invalid time, or one outside the calendar's
 * range.
 */
export function timeFor(time: string | null): Date {
  const ms = Date.parse(time ?? "");
  return new Date(ms >= 0 && ms <= LAST ? ms : 0);
}
