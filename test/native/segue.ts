import assert from "node:assert/strict";
import { join } from "node:path";
import { isThere } from "../../src/convert/read/open.ts";
import { BIN as CURRENT } from "../support/bin.ts";
import type { Agent, Lab } from "./lab.ts";
import { obj, objs, parseJson, str } from "./model-server/json.ts";
import { run } from "./process.ts";

/** SEGUE_LAB_BIN names the src/bin.ts of another worktree to try. */
export const BIN = process.env.SEGUE_LAB_BIN ?? CURRENT;

export interface Resumed {
  id: string;
  path: string;
  /** The command that opens the session in its agent. */
  command: string[];
  report: { [key: string]: unknown };
  counts: { [what: string]: number };
  losses: { code: string; count: number }[];
}

/** Runs `segue` in the lab, as a user would. */
export async function segue(lab: Lab, args: string[]): Promise<string> {
  const done = await runSegue(lab, args);
  assert.equal(done.code, 0, `segue ${args.join(" ")}:\n${done.stderr}${done.stdout}`);
  return done.stdout;
}

/** What it says where it refuses to do so. */
export async function refused(lab: Lab, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runSegue(lab, args);
  assert.equal(code, 4, `segue ${args.join(" ")}:\n${stderr}${stdout}`);
  return stderr;
}

/** However it ends. */
export function runSegue(lab: Lab, args: readonly string[]): ReturnType<typeof run> {
  const env = { ...lab.env, SEGUE_HOME: join(lab.home, ".segue") };
  return run(process.execPath, [BIN, ...args], { cwd: lab.cwd, env });
}

/** `segue resume ID --in AGENT --no-launch`. */
export async function hand(lab: Lab, id: string, to: Agent, args: string[] = []): Promise<Resumed> {
  const out = await segue(lab, ["resume", id, "--in", to, "--no-launch", "--json", ...args]);
  const report = obj(parseJson(out));
  const target = obj(report.target);
  const path = str(target.path) ?? "";
  assert.ok(isThere(path), `segue wrote no session: ${out}`);
  const command = Array.isArray(target.command) ? target.command.map(String) : [];
  const counts = Object.fromEntries(
    Object.entries(obj(report.counts)).map(([what, n]) => [what, Number(n)]),
  );
  const losses = objs(report.losses).map(({ code, count }) => ({
    code: String(code),
    count: Number(count),
  }));
  return { id: str(target.id) ?? "", path, command, report, counts, losses };
}
