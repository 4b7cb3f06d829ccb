/** The files that a session continues: a fork's parent, what came before a rewind. */
import type { Agent } from "../../agents/types.ts";
import type { Input } from "../../io/input.ts";
import type { Env } from "../../io/state.ts";
import type { BaseInput } from "../survey/survey-file.ts";
import { openSession } from "./open.ts";

/** Oldest first; empty for a session that lies in one file. Close them when done. */
export async function openBases(
  agent: Agent,
  path: string,
  { env, scratch }: { env: Env; scratch: string },
): Promise<BaseInput[]> {
  const bases = (await agent.store.bases?.(path, agent.store.roots(env))) ?? [];
  return bases.map(({ path: file, bytes }) => ({ input: openSession(file, { scratch }), bytes }));
}

/** How many subagents have transcripts of their own. */
export async function countChildren(agent: Agent, path: string): Promise<number> {
  return (await childrenOf(agent, path)).length;
}

/** Where the transcripts of a session's subagents lie, as selectors take it. */
export async function childrenOf(agent: Agent, path: string): Promise<string[]> {
  return ((await agent.store.children?.(path)) ?? []).sort();
}

/** Opens each of them in turn; those that cannot be read are passed over with a word. */
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
