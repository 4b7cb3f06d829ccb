/** What the subagents of a session used, if their transcripts are separate and in no list. */
import { statSync } from "node:fs";
import type { Agent } from "../agents/types.ts";
import { openSession } from "../convert/read/open.ts";
import type { Span } from "./foreign.ts";
import { Scan } from "./line.ts";
import { type Answer, UseCount } from "./use.ts";

/** The transcripts that were counted, with marks that show whether they are unchanged. */
export type Children = Readonly<Record<string, string>>;

export interface ChildUse {
  answers: Answer[];
  children: Children;
}

/** Subagents that start others. */
const DEEPEST = 8;

/** `before`: those that need not be counted again. */
export async function childUse(
  agent: Agent,
  place: string,
  { before, foreign, scratch }: { before: Children; foreign: readonly Span[]; scratch: string },
): Promise<ChildUse> {
  const children: Record<string, string> = {};
  const answers: Answer[] = [];
  let parents = [place];
  for (let depth = 0; depth < DEEPEST && parents.length > 0; depth++) {
    const found = await Promise.all(parents.map((one) => agent.store.children?.(one) ?? []));
    parents = found.flat().filter((one) => one !== place && !(one in children));
    for (const child of parents) {
      const mark = markOf(child);
      children[child] = mark;
      if (mark !== "" && before[child] === mark) continue;
      answers.push(...usedBy(agent, child, foreign, scratch));
    }
  }
  return { answers, children };
}

function usedBy(
  agent: Agent,
  place: string,
  foreign: readonly Span[],
  scratch: string,
): readonly Answer[] {
  const use = new UseCount(null, foreign, Date.now(), place);
  const scan = new Scan(agent);
  scan.countUse(use);
  try {
    const input = openSession(place, { scratch });
    try {
      for (const line of input.lines()) scan.take(line);
    } finally {
      input.close();
    }
  } catch {
    // It is gone, or unreadable: the session itself is not.
    return [];
  }
  return use.take();
}

/** "" for rows of a database, of which only reading them shows whether they have changed. */
function markOf(path: string): string {
  const info = statSync(path, { throwIfNoEntry: false });
  return info?.isFile() ? `${info.size} ${info.mtimeMs}` : "";
}
