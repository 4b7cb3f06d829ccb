/** What the drivers of several agents share. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Expected } from "../assert-history.ts";
import type { Lab } from "../lab.ts";
import { isObj, type Obj, parseJson } from "../model-server/json.ts";
import { type RunResult, run } from "../process.ts";
import type { CliOptions } from "./types.ts";

/** A key of no vendor. It looks like Anthropic's, since Claude Code looks at its form. */
export const API_KEY = "sk-ant-lab-0123456789abcdefghijklmnopqrstuvwxyz";

/** The absolute path of something below test/native. */
export function below(path: string): string {
  return join(fileURLToPath(new URL("..", import.meta.url)), path);
}

export async function runProgram(
  lab: Lab,
  command: string,
  args: string[],
  options: CliOptions,
  input?: string,
): Promise<RunResult> {
  const { cwd = lab.cwd, stop } = options;
  const settings = { cwd, env: lab.env, ...(stop === undefined ? {} : { stop }) };
  return run(join(lab.bin, command), args, input === undefined ? settings : { ...settings, input });
}

/** What a CLI told went wrong, or what its exit code tells. */
export function failure(done: RunResult, told: string | null): string | null {
  if (told !== null) return told;
  if (done.code === 0) return null;
  return `exit code ${done.code ?? done.signal}: ${done.stderr.slice(-2000) || done.stdout.slice(-2000)}`;
}

export function jsonLines(text: string): Obj[] {
  return text.split("\n").map(parseJson).filter(isObj);
}

/** The newest of the files below HOME that fit a pattern. */
export function newest(lab: Lab, pattern: string, what: string): string {
  const last = globSync(pattern, { cwd: lab.home }).sort().at(-1);
  if (last === undefined) throw new Error(`there is no file of ${what}`);
  return join(lab.home, last);
}

export function fileBytes(path: string): Buffer {
  return readFileSync(path);
}

/** The agent's own tools make the calls; reasoning of another vendor stands there as text. */
export function reasoningAsText(markers: readonly Expected[], tools: RegExp): Expected[] {
  return markers.map((one) => {
    if (one.role === "reasoning") return { ...one, role: "assistant" };
    return one.role === "tool-call" ? { ...one, name: tools } : one;
  });
}

/** As they are: for agents that send all of their own session again. */
export function unchanged(markers: readonly Expected[]): Expected[] {
  return [...markers];
}
