/**
 * Large sessions for benchmarks: the same made-up conversation in each agent's format, at any size,
 * with the same bytes every time. `node bench/generate.ts codex 100` writes 100 MB.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../src/session/types.ts";
import { claudeCode } from "./claude-code.ts";
import { codex } from "./codex.ts";
import { Conversation } from "./conversation.ts";
import { pi } from "./pi.ts";

const FORMATS: { [agent: string]: (talk: Conversation) => Generator<JsonObject> } = {
  "claude-code": claudeCode,
  codex,
  pi,
};

/** Agents whose format can be generated. */
export const FORMAT_NAMES = Object.keys(FORMATS);

/** Part of the file's name: increase it whenever the generated contents change. */
const EDITION = 1;

export const DATA = join(import.meta.dirname, ".data");

/** The path of a session of `megabytes` (10⁶ bytes), which is generated unless it exists. */
export function generate(agent: string, megabytes: number): string {
  const path = join(DATA, `${agent}-${megabytes}-${EDITION}.jsonl`);
  const format = FORMATS[agent];
  if (!format) throw new Error(`no format named ${agent}`);
  if (!existsSync(path)) write(path, format(new Conversation(20261103)), megabytes * 1e6);
  return path;
}

function write(path: string, records: Generator<JsonObject>, bytes: number): void {
  mkdirSync(DATA, { recursive: true });
  const fd = openSync(`${path}.new`, "w");
  let lines: string[] = [];
  let waiting = 0;
  for (let written = 0; written < bytes; ) {
    const line = JSON.stringify(records.next().value);
    lines.push(line);
    waiting += line.length;
    if (waiting < 1 << 20) continue;
    written += writeSync(fd, `${lines.join("\n")}\n`);
    lines = [];
    waiting = 0;
  }
  closeSync(fd);
  renameSync(`${path}.new`, path);
}

if (import.meta.main) {
  const [agent = "claude-code", megabytes = "100"] = process.argv.slice(2);
  process.stdout.write(`${generate(agent, Number(megabytes))}\n`);
}
