/** The files that a session continues: a fork's parent, or what preceded a rewind. */
import type { Agent } from "../../agents/types.ts";
import type { Input } from "../../io/input.ts";
import type { Env } from "../../io/state.ts";
import type { BaseInput } from "../survey/survey-file.ts";
import { openSession } from "./open.ts";

/** Oldest first; empty for a session in one file. Close them when done. */
export async function openBases(
  agent: Agent,
  path: string,
  { env, scratch }: { env: Env; scratch: string },
): Promise<BaseInput[]> {
  const bases = (await agent.store.bases?.(path, agent.store.roots(env))) ?? [];
  return bases.map(({ path: file, bytes }) => ({ input: openSession(file, { scratch }), bytes }));
}

/** The number of subagents with separate transcripts. */
export async function countChildren(agent: Agent, path: string): Promise<number> {
  return (await childrenOf(agent, path)).length;
}

/** The transcripts of a session's subagents, as selectors. */
export async function childrenOf(agent: Agent, path: string): Promise<string[]> {
  return ((await agent.store.children?.(path)) ?? []).sort();
}

/** Opens each of them in turn; skips those that cannot be read, and reports them. */
export async function* openChildren(
  agent: Agent,
  path: string,
  {
    env,
    scratch,
    failed,
  }: { env: Env; scratch: string; failed(place: string, error: unknown): void },
): AsyncGenerator<{ place: string; input: Input; bases: readonly BaseInput[] }> {
  for (const place of await childrenOf(agent, path)) {
    let input: Input;
    try {
      input = openSession(place, { scratch });
    } catch (error) {
      failed(place, error);
      continue;
    }
    const bases = await openBases(agent, place, { env, scratch });
    try {
      yield { place, input, bases };
    } finally {
      closeBases(bases);
      input.close();
    }
  }
}

export function closeBases(bases: readonly BaseInput[]): void {
  for (const { input } of bases) input.close();
}
