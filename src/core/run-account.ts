/** How agents and their accounts are told apart while one is run. */
import type { Agent } from "../agents/types.ts";
import type { Env } from "../io/state.ts";

/** The name by which the user means it. */
export function nameOf({ id }: Agent): string {
  return id;
}

export function envOf(_agent: Agent, env: Env): Env {
  return env;
}

export function profileOf(_agent: Agent): string | null {
  return null;
}
