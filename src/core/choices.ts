/**
 * The user's last choices in the picker, stored in Segue's own folder so that they can be
 * preselected.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolders } from "../io/made.ts";
import { type Env, stateFolder } from "../io/state.ts";

/** The agent that sessions of an agent were last opened in, by that agent's id. */
export type Choices = ReadonlyMap<string, string>;

/** Empty if nothing was chosen yet or the file cannot be read: that only costs the preselection. */
export function lastChoices(env: Env): Choices {
  try {
    const value: unknown = JSON.parse(readFileSync(choicesFile(env), "utf8"));
    const targets = isObject(value) && isObject(value.targets) ? value.targets : {};
    const texts = Object.entries(targets).flatMap(([agent, target]) =>
      typeof target === "string" ? [[agent, target] as const] : [],
    );
    return new Map(texts);
  } catch {
    return new Map();
  }
}

/** Records where a session of `agent` was opened. */
export function noteChoice(env: Env, agent: string, target: string): void {
  const targets = Object.fromEntries(new Map(lastChoices(env)).set(agent, target));
  const path = choicesFile(env);
  try {
    makeFolders(dirname(path));
    writeFileSync(path, `${JSON.stringify({ targets })}\n`, { mode: 0o600 });
  } catch {
    // A full or read-only disk does not prevent opening a session.
  }
}

function choicesFile(env: Env): string {
  return join(stateFolder(env), "picker.json");
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null;
}
