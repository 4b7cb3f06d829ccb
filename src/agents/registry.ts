/** Every agent, in the order that lists show them. Adding one is a folder and a line here. */
import { SegueError } from "../errors.ts";
import { claudeCode } from "./claude-code/index.ts";
import { codex } from "./codex/index.ts";
import { copilot } from "./copilot/index.ts";
import { gemini } from "./gemini/index.ts";
import { kilo } from "./kilo/index.ts";
import { opencode } from "./opencode/index.ts";
import { pi } from "./pi/index.ts";
import { qwen } from "./qwen/index.ts";
import type { Agent } from "./types.ts";

export const agents: readonly Agent[] = [
  claudeCode,
  codex,
  pi,
  qwen,
  copilot,
  gemini,
  opencode,
  kilo,
];

export function findAgent(name: string): Agent | undefined {
  const wanted = name.toLowerCase();
  return agents.find((agent) => agent.id === wanted || agent.aliases.includes(wanted));
}

/** @throws SegueError naming the nearest agents. */
export function agentNamed(name: string): Agent {
  const agent = findAgent(name);
  if (agent) return agent;
  const near = nearest(name, agentNames());
  throw new SegueError("not-found", `there is no agent "${name}"`, {
    hint: `did you mean ${near.join(", ")}? \`segue agents\` lists all`,
  });
}

/** All names that agents go by. */
export function agentNames(): string[] {
  return agents.flatMap(({ id, aliases }) => [id, ...aliases]);
}

/** The three names that are spelled most like this. */
export function nearest(name: string, names: readonly string[]): string[] {
  return names
    .map((id) => ({ id, distance: distance(id, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ id }) => id);
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
