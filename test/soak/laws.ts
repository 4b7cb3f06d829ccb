/** What holds of every input of the soak, whatever it is. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findAgent } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import { convertFile } from "../../src/convert/file.ts";
import { Accountant } from "../../src/convert/read/account.ts";
import { filled, isOddEvent } from "../../src/convert/read/fill.ts";
import { SegueError } from "../../src/errors.ts";
import { Input } from "../../src/io/input.ts";
import { isFrame } from "../../src/lossless/document.ts";
import { Feed } from "../../src/lossless/feed.ts";
import { decode, encode } from "../../src/lossless/residue.ts";

export const LAWS = {
  bytes: "reading a session and writing it again gives the same bytes (law 1)",
  back: "a converted session returns as the same bytes (law 2)",
  silence: "every string of content is read into a part, or named as left out (law 4)",
  error: "a session that is not converted ends in an error that says why",
} as const;
export type Law = keyof typeof LAWS;

export class Broken extends Error {
  readonly law: Law;

  constructor(law: Law, message: string, cause?: unknown) {
    super(message, { cause });
    this.law = law;
  }
}

export interface Subject {
  source: Agent;
  target: Agent;
  bytes: Buffer;
}

/** Tries them all; gives those that applied. @throws Broken */
export async function tryLaws({ source, target, bytes }: Subject, folder: string): Promise<Law[]> {
  sameBytes(source, bytes);
  const path = join(folder, "source.jsonl");
  writeFileSync(path, bytes);
  nothingInSilence(source, path);
  return ["bytes", "silence", await thereAndBack(path, target, folder)];
}

function sameBytes(agent: Agent, bytes: Buffer): void {
  const { entries, residue } = guarded("bytes", () => decode(agent, bytes));
  const stored: typeof residue = JSON.parse(JSON.stringify(residue));
  const now = guarded("bytes", () => encode(agent, entries, stored));
  if (!now.equals(bytes)) throw new Broken("bytes", "other bytes");
}

/** @throws Broken */
export function nothingInSilence(agent: Agent, path: string): void {
  if (!agent.known) return;
  const accountant = new Accountant(agent);
  const feed = new Feed(agent);
  const input = new Input(path);
  try {
    for (const line of input.lines()) {
      for (const record of guarded("silence", () => feed.read(line).records)) {
        if (isFrame(record.value)) continue;
        const { content } = accountant.unaccounted(record.value, filled(record, agent));
        if (isOddEvent(record.value, record.entries, agent)) continue;
        if (content.length > 0) throw new Broken("silence", content.join(", "));
      }
    }
  } finally {
    input.close();
  }
}

async function thereAndBack(path: string, target: Agent, folder: string): Promise<Law> {
  const [there, back] = [join(folder, "there.jsonl"), join(folder, "back.jsonl")];
  for (const old of [there, back, `${there}.segue`, `${back}.segue`]) rmSync(old, { force: true });
  const quiet = { warn() {} };
  let home: string;
  try {
    home = (await convertFile(path, { to: target.id, output: there, ...quiet })).source.agent;
  } catch (error) {
    if (error instanceof SegueError && isClear(error)) return "error";
    throw new Broken("error", wordsOf(error), error);
  }
  const owner = findAgent(home);
  try {
    await convertFile(there, { to: owner?.id ?? home, output: back, ...quiet });
  } catch (error) {
    throw new Broken("back", wordsOf(error), error);
  }
  if (!readFileSync(back).equals(readFileSync(path))) throw new Broken("back", "other bytes");
  return "back";
}

/** A conversion that does not verify is a fault of ours, even though nothing is lost by it. */
function isClear({ message }: SegueError): boolean {
  return message !== "" && !/this is a bug|verif/.test(message);
}

function guarded<T>(law: Law, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof Broken ? error : new Broken(law, wordsOf(error), error);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
