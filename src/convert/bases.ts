/** The files that a session continues: a fork's parent, what came before a rewind. */
import type { Agent } from "../agents/types.ts";
import type { Env } from "../io/state.ts";
import { openSession } from "./open.ts";
import type { BaseInput } from "./survey-file.ts";

/** Oldest first; empty for a session that lies in one file. Close them when done. */
export async function openBases(
  agent: Agent,
  path: string,
  { env, scratch }: { env: Env; scratch: string },
): Promise<BaseInput[]> {
  const bases = (await agent.store.bases?.(path, agent.store.roots(env))) ?? [];
  return bases.map(({ path: file, bytes }) => ({ input: openSession(file, { scratch }), bytes }));
}

/** How many subagents have transcripts in files of their own. */
export async function countChildren(agent: Agent, path: string): Promise<number> {
  return (await agent.store.children?.(path))?.length ?? 0;
}

export function closeBases(bases: readonly BaseInput[]): void {
  for (const { input } of bases) input.close();
}
