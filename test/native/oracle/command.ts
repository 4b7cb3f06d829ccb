/** `node test/native/run.ts oracle FILE… --through codex`: what vanishes of a session on its way. */
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { createLab } from "../lab.ts";
import { inputOf, wordsFor } from "./inputs.ts";
import { complaints, judge, labFor, partners, told, type Verdict } from "./oracle.ts";

export interface OracleOptions {
  /** Agents, with commas between them. */
  through?: string;
  from?: string;
  /** A folder for the requests themselves. */
  requests?: string;
}

/** Prints what is missing and what is named; the number of sessions of which something vanished. */
export async function oracle(files: readonly string[], options: OracleOptions): Promise<number> {
  let bad = 0;
  for (const file of files) {
    const input = inputOf(resolve(file), options.from);
    const lab = await createLab(labFor(input));
    try {
      const targets = options.through?.split(",") ?? partners(input.agent);
      const verdicts = await judge(lab, input, targets);
      for (const verdict of verdicts) {
        if (print(file, verdict)) bad += 1;
        if (options.requests !== undefined) keep(options.requests, file, verdict);
      }
    } catch (error) {
      bad += 1;
      console.log(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      await lab.close();
    }
  }
  return bad;
}

function print(file: string, verdict: Verdict): boolean {
  const wrong = complaints(verdict, wordsFor(resolve(file)));
  const named = verdict.gone.filter(({ code }) => code !== null);
  const counts = `${verdict.atoms} atoms, ${named.length} named, ${wrong.length} wrong`;
  console.log(`${basename(file)}: ${verdict.source} → ${verdict.target}: ${counts}`);
  for (const line of wrong) console.log(`  ${line}`);
  for (const { atom, lines, code } of named)
    console.log(`  named by ${code}: ${told(atom, lines)}`);
  for (const what of verdict.refusedOwn) console.log(`  the source's own request breaks ${what}`);
  const losses = verdict.losses.map(({ code, count }) => `${code} ${count}`).join(", ");
  console.log(`  losses: ${losses || "none"}`);
  return wrong.length > 0;
}

function keep(folder: string, file: string, { source, target, truth, sent }: Verdict): void {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, value: unknown): void =>
    writeFileSync(
      join(folder, `${basename(file)}.${name}.json`),
      `${JSON.stringify(value, null, 2)}\n`,
    );
  write(`${source}-own`, truth.body);
  write(`in-${target}`, sent.body);
}
