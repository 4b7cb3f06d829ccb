/** `segue convert`: file to file; no store is touched. */
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { Command } from "commander";
import { agentNamed } from "../agents/registry.ts";
import type { Agent } from "../agents/types.ts";
import { type Converted, convert, matchCarry, tryOpenCarry } from "../convert/convert.ts";
import { type Report, reportOf, reportText } from "../convert/report.ts";
import { detectAgent, type Surveyed, surveyFile } from "../convert/survey-file.ts";
import { SegueError } from "../errors.ts";
import { Input } from "../io/input.ts";
import { Output } from "../io/output.ts";
import { spool } from "../io/spool.ts";
import type { Carry } from "../lossless/carry.ts";
import { say } from "./terminal.ts";

interface Options {
  to: string;
  from?: string;
  output?: string;
  embed?: boolean;
  carry: boolean;
  fresh?: boolean;
  fullHistory?: boolean;
  cwd?: string;
  report?: string;
  json?: boolean;
  force?: boolean;
  quiet?: boolean;
}

export function command(): Command {
  return new Command("convert")
    .description("convert a session file into another agent's format")
    .argument("<src>", "a session file, or - for stdin")
    .requiredOption("--to <agent>", "the agent to convert to")
    .option("--from <agent>", "the agent the file is of (default: told from its content)")
    .option("-o, --output <file>", "where to write (default: stdout)")
    .option("--embed", "keep what the target cannot hold inside the file, not beside it")
    .option("--no-carry", "do not keep what the target cannot hold")
    .option("--fresh", "leave an existing carry aside and convert anew")
    .option("--full-history", "send what came before a compaction as well")
    .option("--cwd <dir>", "the folder that the new session belongs to")
    .option("--report <file>", "write the full report there, as JSON")
    .option("--json", "print the report as JSON (needs -o)")
    .option("--force", "replace the output file if it exists")
    .option("--quiet", "say nothing but errors")
    .addHelpText(
      "after",
      `
Examples:
  segue convert session.jsonl --to codex -o out.jsonl
  segue convert out.jsonl --to claude-code | cmp - session.jsonl`,
    )
    .action(run);
}

async function run(src: string, options: Options): Promise<void> {
  const target = agentNamed(options.to);
  if (options.json && options.output === undefined) {
    throw new SegueError(
      "usage",
      "--json prints the report to stdout, so the session needs -o FILE",
    );
  }
  const scratch = mkdtempSync(join(tmpdir(), "segue-"));
  try {
    const path = src === "-" ? await spool(process.stdin, join(scratch, "stdin")) : src;
    refuseOntoSource(path, options.output);
    const input = new Input(path);
    const source = options.from === undefined ? detectAgent(input) : agentNamed(options.from);
    const job = new Job(input, src === "-" ? null : src, source, target, options, scratch);
    const report = job.run();
    if (options.report !== undefined)
      writeFileSync(options.report, `${JSON.stringify(report, null, 2)}\n`);
    if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else if (!options.quiet) for (const line of reportText(report)) say(line);
    if (options.output === undefined) await job.pour();
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function refuseOntoSource(src: string, output: string | undefined): void {
  if (output === undefined || !existsSync(output) || !existsSync(src)) return;
  if (realpathSync(output) !== realpathSync(src)) return;
  throw new SegueError("refused", "the output is the source itself", {
    where: output,
    hint: "sources are never written to; choose another name",
  });
}

class Job {
  readonly #input: Input;
  readonly #name: string | null;
  readonly #source: Agent;
  readonly #target: Agent;
  readonly #options: Options;
  readonly #scratch: string;

  constructor(
    input: Input,
    name: string | null,
    source: Agent,
    target: Agent,
    options: Options,
    scratch: string,
  ) {
    this.#input = input;
    this.#name = name;
    this.#source = source;
    this.#target = target;
    this.#options = options;
    this.#scratch = scratch;
  }

  run(): Report {
    const { output, fullHistory = false, cwd } = this.#options;
    const outPath = output === undefined ? join(this.#scratch, "out") : resolve(output);
    const { survey, carry } = this.#survey(fullHistory);
    const out = new Output(outPath);
    const carryOut = this.#wantsCarry(carry) ? new Output(this.#carryPath(outPath)) : null;
    try {
      const done = convert({
        source: { agent: this.#source, input: this.#input },
        target: { agent: this.#target, out },
        carryOut,
        embed: this.#inside,
        carry,
        survey,
        ...(cwd === undefined ? {} : { cwd: resolve(cwd) }),
      });
      return this.#finish(done, out, carryOut);
    } catch (error) {
      out.discard();
      carryOut?.discard();
      throw error;
    }
  }

  /** Sends the result to stdout, once it is whole. */
  async pour(): Promise<void> {
    const out = new Input(join(this.#scratch, "out"));
    for (const chunk of out.chunks()) {
      const more = process.stdout.write(Buffer.from(chunk));
      if (!more) await new Promise((go) => process.stdout.once("drain", go));
    }
    out.close();
  }

  /** A session that comes home to a pipe is its old bytes and nothing else. */
  #wantsCarry(old: Carry | null): boolean {
    if (!this.#options.carry || this.#source === this.#target) return false;
    return old === null || !this.#inside;
  }

  /** Beside the file where there is one; a pipe takes it along. */
  get #inside(): boolean {
    return this.#options.embed === true || this.#options.output === undefined;
  }

  #carryPath(outPath: string): string {
    return this.#inside ? join(this.#scratch, "carry") : `${outPath}.segue`;
  }

  #survey(fullHistory: boolean): { survey: Surveyed; carry: Carry | null } {
    const first = surveyFile(this.#source, this.#input, { fullHistory });
    this.#input.settle();
    if (first.plan.entries === 0) {
      throw new SegueError("unreadable", "there is nothing of a session in this file", {
        where: this.#input.path,
      });
    }
    const carry = this.#options.fresh ? null : this.#carryFor(first);
    if (!carry || carry.header.source.agent !== this.#target.id)
      return { survey: first, carry: null };
    const oldLines = carry.footer.target.lines;
    return {
      survey: surveyFile(this.#source, this.#input, { fullHistory: true, oldLines }),
      carry,
    };
  }

  /** The carry inside or beside the file, if it is this file's. What is wrong with one is said. */
  #carryFor(survey: Surveyed): Carry | null {
    const complain = (why: string) =>
      say(`segue: the carry of this file is left aside, because ${why}; converting anew`);
    const bytes = survey.embedded;
    const beside = this.#name === null ? null : `${this.#name}.segue`;
    let carry: Carry | null = null;
    if (bytes) carry = tryOpenCarry(sourceOf(bytes), complain);
    else if (beside !== null && existsSync(beside))
      carry = tryOpenCarry(new Input(beside), complain);
    if (!carry) return null;
    const problem = matchCarry(carry, this.#source, survey.plan.header.id);
    if (problem === null) return carry;
    complain(problem);
    return null;
  }

  #finish(done: Converted, out: Output, carryOut: Output | null): Report {
    const { output, force = false } = this.#options;
    const bytes = carryOut?.bytes ?? 0;
    if (this.#inside) carryOut?.discard();
    else carryOut?.commit({ replace: force });
    out.commit({ replace: force });
    const carry = carryOut && { path: this.#inside ? null : carryOut.path, bytes };
    return reportOf(done, {
      source: { agent: this.#source, id: this.#sourceId(done), path: this.#name },
      target: { agent: this.#target, path: output ?? null, command: null },
      carry,
    });
  }

  #sourceId(done: Converted): string {
    return done.sourceId || basename(this.#name ?? "stdin", ".jsonl");
  }
}

function sourceOf(bytes: Buffer): { size: number; read(offset: number, length: number): Buffer } {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}
