/** The session files that the tests run on: those of each agent's CLI, and hostile ones. */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { agents } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import { linesOf } from "../../src/convert/read/open.ts";
import { Input } from "../../src/io/input.ts";

const FOLDER = join(import.meta.dirname, "../fixtures");

export interface Fixture {
  agent: Agent;
  /** Relative to the fixtures' folder. */
  name: string;
  path: string;
}

/** Every JSONL file and every JSON document of every agent, hidden folders included. */
export const fixtures: readonly Fixture[] = agents.flatMap((agent) => [
  ...list(agent, agent.id, () => true),
  ...list(agent, "hostile", (path) => agentOf(basename(path)) === agent),
]);

/** A hostile file's name begins with the agent's id; one id may be the beginning of another. */
function agentOf(name: string): Agent | undefined {
  const named = agents.filter(({ id }) => name.startsWith(`${id}-`));
  return named.sort((a, b) => b.id.length - a.id.length)[0];
}

function list(agent: Agent, folder: string, wanted: (path: string) => boolean): Fixture[] {
  return readdirSync(join(FOLDER, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => wanted(name) && !isPart(agent, name))
    .filter((name) => isSession(join(FOLDER, folder, name)))
    .sort()
    .map((name) => ({ agent, name: join(folder, name), path: join(FOLDER, folder, name) }));
}

/**
 * What Kimi CLI's screen showed is beside the session, under the name that Kimi Code's sessions have; Mistral
 * Vibe 3 has a session in several files, of which none is one by itself.
 */
function isPart(agent: Agent, name: string): boolean {
  if (agent.id === "kimi-cli") return basename(name) === "wire.jsonl";
  return agent.id === "vibe" && /\bunified\b/.test(name);
}

/** JSON files and texts are sessions when they are documents of a form that an agent has. */
function isSession(path: string): boolean {
  if (!/\.(?:json|md)$/.test(path)) return path.endsWith(".jsonl");
  const input = new Input(path);
  const lines = linesOf(input);
  input.close();
  return lines !== null;
}

/** A plain recording of the agent's, as lines: a few turns with tools. */
export function plain(agent: Agent): Fixture {
  const name = ["basic", "basic-resumed", "rows"].find((variant) =>
    fixtures.some(
      ({ name: one }) => one.startsWith(`${agent.id}/${variant}/`) && one.endsWith(".jsonl"),
    ),
  );
  return fixture(`${agent.id}/${name}`);
}

/** The one fixture below `folder`, such as "pi/basic". */
export function fixture(folder: string): Fixture {
  const [one, ...more] = fixtures.filter(({ name }) => name.startsWith(`${folder}/`));
  if (!one || more.length > 0)
    throw new Error(`not one fixture, but ${more.length + 1}: ${folder}`);
  return one;
}
