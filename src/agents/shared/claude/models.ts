/**
 * The models that Claude Code knows. 2.1.332 resumes a session with the model that its last answer
 * names; if it does not know the name, it uses its default, and puts an empty system message before
 * the answer, which the published rules of the API refuse [run].
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { tailOf } from "../../../io/door.ts";

/** Known to both 2.1.197 and 2.1.332 [run]. */
export const DEFAULT_MODEL = "claude-opus-4-8";

/** The names in 2.1.332 [source]; 2.1.197 accepts any name [run]. */
const KNOWN =
  /^claude-(?:opus-(?:4(?:-[015678])?|5(?:-5)?)|sonnet-(?:4(?:-[056])?|5(?:-5)?)|haiku-(?:4-5|5-5)|(?:fable|mythos)-5(?:-[12])?)(?:-\d{8})?$/;

export function isKnownModel(name: string): boolean {
  return KNOWN.test(name);
}

/** The CLI's own recordings name models that it knows, including newer ones than those above. */
const NAMED = /"model":"(claude-(?:opus|sonnet|haiku|fable|mythos)-\d[\w-]*)"/g;

/** The model of the newest session that names one; null if none does. */
export function lastModel(root: string): string | null {
  const folders = newestFirst(root).slice(0, MOST);
  const sessions = folders.flatMap((folder) =>
    newestFirst(folder)
      .filter((path) => path.endsWith(".jsonl"))
      .slice(0, MOST),
  );
  for (const path of sessions) {
    const names = [...endOf(path).matchAll(NAMED)].flatMap(([, name]) => name ?? []);
    const last = names.at(-1);
    if (last !== undefined) return last;
  }
  return null;
}

/** Of folders, and of the sessions in each. */
const MOST = 3;

function newestFirst(folder: string): string[] {
  try {
    return readdirSync(folder)
      .map((name) => join(folder, name))
      .map((path) => ({ path, time: timeOf(path) }))
      .sort((a, b) => b.time - a.time)
      .map(({ path }) => path);
  } catch {
    return [];
  }
}

function timeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

const TAIL_BYTES = 64 << 10;

function endOf(path: string): string {
  try {
    return tailOf(path, TAIL_BYTES).toString("utf8");
  } catch {
    return "";
  }
}
