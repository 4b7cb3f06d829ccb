/** The session files that the tests run on: those of each agent's CLI, and hostile ones. */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { agents } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";

const FOLDER = join(import.meta.dirname, "../fixtures");

export interface Fixture {
  agent: Agent;
  /** Relative to the fixtures' folder. */
  name: string;
  path: string;
}

/** Every JSONL file of every agent, hidden folders included. */
export const fixtures: readonly Fixture[] = agents.flatMap((agent) => [
  ...list(agent, agent.id, () => true),
  ...list(agent, "hostile", (path) => basename(path).startsWith(`${agent.id}-`)),
]);

function list(agent: Agent, folder: string, wanted: (path: string) => boolean): Fixture[] {
  return readdirSync(join(FOLDER, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".jsonl") && wanted(name))
    .sort()
    .map((name) => ({ agent, name: join(folder, name), path: join(FOLDER, folder, name) }));
}

/** The one fixture below `folder`, such as "pi/basic". */
export function fixture(folder: string): Fixture {
  const [one, ...more] = fixtures.filter(({ name }) => name.startsWith(`${folder}/`));
  if (!one || more.length > 0)
    throw new Error(`not one fixture, but ${more.length + 1}: ${folder}`);
  return one;
}
