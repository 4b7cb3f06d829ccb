/** All that is known about one session: what a list shows, and its contents. */
import { statSync } from "node:fs";
import type { Agent } from "../agents/types.ts";
import { childrenOf, closeBases, openBases } from "../convert/read/bases.ts";
import { openSession } from "../convert/read/open.ts";
import { besideTitle } from "../convert/read/session.ts";
import type { BaseInput } from "../convert/survey/survey-file.ts";
import type { Input } from "../io/input.ts";
import type { Entry, Part } from "../session/types.ts";
import { openCatalog } from "./catalog.ts";
import { Scan } from "./line.ts";
import { type Row, withSummary } from "./row.ts";
import type { Selected } from "./select.ts";
import type { Places } from "./stores.ts";

export interface Info extends Omit<Row, "path"> {
  /** null for stdin. */
  path: string | null;
  bytes: number;
  counts: Counts;
  /** The number of subagents with separate transcripts. */
  subagents: number;
}

/** The contents of a session, on all its branches. */
export interface Counts {
  /** The user's prompts. */
  prompts: number;
  toolCalls: number;
  /** Results of failed calls. */
  failedCalls: number;
  reasoning: number;
  images: number;
  files: number;
  compactions: number;
}

/**
 * Reads the whole session.
 * @param scratch a folder for what has to be unpacked first
 * @throws SegueError if it cannot be read
 */
export async function infoOf(session: Selected, places: Places, scratch: string): Promise<Info> {
  const { agent, path, name } = session;
  const input = openSession(path, { scratch, name });
  const bases = await openBases(agent, path, { env: places.env, scratch });
  try {
    const { scan, counts } = readAll(agent, input, bases);
    const id = session.id || agent.store.identity?.(path)?.id || scan.id;
    const catalog = await openCatalog(places);
    const relative = { agent: agent.id, profile: agent.profile?.name ?? null, id };
    const [from, continuedIn] = [
      catalog.lineage.from(relative),
      catalog.lineage.continuedIn(relative),
    ];
    const told = catalog.told(agent, path);
    catalog.close();
    const read = scan.line(true, path, besideTitle(agent, input));
    const {
      home: _,
      isEmpty: __,
      isSubagent: ___,
      sign: ____,
      ...line
    } = told ? withSummary(read, told) : read;
    return {
      ...{ ...relative, ...line, path: name, from, continuedIn },
      bytes: statSync(input.path).size,
      counts,
      subagents: (await childrenOf(agent, path)).length,
    };
  } finally {
    closeBases(bases);
    input.close();
  }
}

function readAll(
  agent: Agent,
  input: Input,
  bases: readonly BaseInput[],
): { scan: Scan; counts: Counts } {
  const scan = new Scan(agent);
  const counts: Counts = {
    ...{ prompts: 0, toolCalls: 0, failedCalls: 0, reasoning: 0 },
    ...{ images: 0, files: 0, compactions: 0 },
  };
  for (const base of bases) {
    for (const line of base.input.lines({ end: base.bytes })) {
      for (const entry of scan.take(line)) count(counts, entry);
    }
  }
  for (const line of input.lines()) {
    for (const entry of scan.take(line)) count(counts, entry);
  }
  return { scan, counts };
}

function count(counts: Counts, entry: Entry): void {
  if (entry.kind === "event") {
    if (entry.event === "compaction") counts.compactions++;
    return;
  }
  if (entry.scaffold) return;
  const isSaid = entry.parts.some(({ kind }) => kind !== "tool-result");
  if (entry.role === "user" && isSaid && entry.sidechain === undefined) counts.prompts++;
  for (const part of entry.parts) countPart(counts, part);
}

function countPart(counts: Counts, part: Part): void {
  if (part.kind === "tool-call") counts.toolCalls++;
  else if (part.kind === "reasoning") counts.reasoning++;
  else if (part.kind === "image") counts.images++;
  else if (part.kind === "file") counts.files++;
  else if (part.kind === "tool-result") {
    if (part.isError || (part.exitCode ?? 0) !== 0) counts.failedCalls++;
    for (const inner of part.content) if (inner.kind === "image") counts.images++;
  }
}
