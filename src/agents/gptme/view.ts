/**
 * A compaction leaves the log as it is, and writes what the model sees from then on beside it, as a
 * view. gptme adds what follows to both.
 */
import { dirname, join } from "node:path";
import { textOrNone } from "../../io/door.ts";
import { leadsOut } from "../../io/files.ts";
import { LOG } from "./place.ts";

interface View {
  /** The number of the record of the log after which the view takes its place. */
  before: number;
  /** The records that the model sees in place of all up to there. */
  records: string[];
}

/** The view that is active, or null for none. */
export function viewOf(path: string): View | null {
  const view = linesAt(path, activeView(path));
  if (view.length === 0) return null;
  const log = linesOf(textOrNone(join(dirname(path), LOG)));
  const shared = sharedEnd(log, view);
  return { before: log.length - shared, records: view.slice(0, view.length - shared) };
}

/** Has the log turns that its active view has not? gptme would continue without them. */
export function lagsBehind(path: string): boolean {
  const view = viewOf(path);
  const log = linesOf(textOrNone(path));
  return view !== null && view.before === log.length && view.records.at(-1) !== log.at(-1);
}

function activeView(path: string): string | null {
  const name = within(path, ".current").trim();
  return /^[^/\\\0]+$/.test(name) && name !== ".." ? `${name}.jsonl` : null;
}

function linesAt(path: string, name: string | null): string[] {
  return name === null ? [] : linesOf(within(path, name));
}

function within(path: string, name: string): string {
  const folder = join(dirname(path), "views");
  const file = join(folder, name);
  return leadsOut(file, dirname(path)) ? "" : textOrNone(file);
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

function sharedEnd(log: readonly string[], view: readonly string[]): number {
  let shared = 0;
  const most = Math.min(log.length, view.length);
  while (shared < most && log.at(-1 - shared) === view.at(-1 - shared)) shared++;
  return shared;
}
