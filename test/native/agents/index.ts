/** The drivers of all CLIs in the lab. */
import { claudeCode } from "./claude-code.ts";
import { codex } from "./codex.ts";
import { kilo, opencode } from "./opencode.ts";
import { pi } from "./pi.ts";
import type { Driver } from "./types.ts";

export const drivers: readonly Driver[] = [claudeCode, codex, opencode, kilo, pi];

/** Every agent's id. */
export const AGENTS: readonly string[] = drivers.map(({ id }) => id);

export function driverOf(id: string): Driver {
  const driver = drivers.find((candidate) => candidate.id === id);
  if (!driver) throw new Error(`the lab has no driver for ${id}`);
  return driver;
}

/** A session from elsewhere, as this agent must send it. */
export function abroad<T extends Parameters<Driver["foreign"]>[0]>(markers: T, agent: string) {
  return driverOf(agent).foreign(markers);
}
