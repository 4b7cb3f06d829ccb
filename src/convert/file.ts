/** Converts file to file: what `segue convert` does, also for programs. Touches no store. */
import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { refuseUnwritable, unprovenNote } from "../agents/claim.ts";
import { agentNamed } from "../agents/registry.ts";
import type { Agent } from "../agents/types.ts";
import { SegueError } from "../errors.ts";
import { withScratch } from "../io/folders.ts";
import { Input, type Progress } from "../io/input.ts";
import { heedSignals, interruptible } from "../io/interrupt.ts";
import { commitPair, exists, Output } from "../io/output.ts";
import type { Carry } from "../lossless/carry.ts";
import { longWay, lostWays, type Routes, waysAlong } from "./carry/ways.ts";
import type { Converted } from "./conversion.ts";
import { convert, matchCarry, refuseUnverified, tryOpenCarry } from "./convert.ts";
import type { ReasoningFate } from "./project/project.ts";
import { closeBases, countChildren, openBases } from "./read/bases.ts";
import { documentOf, openFile } from "./read/open.ts";
import { type Report, reportOf } from "./report/report.ts";
import { assume, orSurveyed } from "./survey/assume.ts";
import { type Fit, fitted } from "./survey/fit.ts";
import {
  type BaseInput,
  detectAgent,
  nothingIn,
  type Surveyed,
  surveyFile,
} from "./survey/survey-file.ts";

export interface ConvertFileOptions {
  /** Id or alias of the target agent. */
  to: string;
  /** Id or alias of the source agent; by default detected from the content. */
  from?: string;
  /** The output path. */
  output: string;
  /**
   * Where to store the carry (what the target cannot hold): in `OUTPUT.segue` (the default),
   * embedded in the output as records that its agent skips, or nowhere.
   */
  carry?: "beside" | "inside" | "none";
  /** Ignore an existing carry and convert from scratch. */
  fresh?: boolean;
  /** Also send the messages before a compaction. */
  fullHistory?: boolean;
  /**
   * What happens to reasoning that the target cannot take as such: a quotation (the default), or
   * nothing.
   */
  reasoning?: ReasoningFate;
  /** The size that the new session must fit; see fit.ts. */
  fit?: Fit;
  /** The folder of the new session. */
  cwd?: string;
  /**
   * Overwrite the output if it exists, and write even if verification fails. The source is never
   * overwritten.
   */
  force?: boolean;
  /**
   * Refuse a session without messages, as the command line does. A session that returns through its
   * carry is restored whatever it contains.
   */
  refuseEmpty?: boolean;
  /** The name of a source in reports, if the path is only that of a copy; null if it has none. */
  name?: string | null;
  /** Called with the progress of each pass over the source. */
  progress?: Progress;
  /** Called with warnings. */
  warn?(text: string): void;
}

/**
 * Converts a session file. The output is written completely or not at all.
 * @throws SegueError if the source is not a session, or if the output cannot be overwritten.
 */
export async function convertFile(path: string, options: ConvertFileOptions): Promise<Report> {
  return await withScratch(async (scratch) => {
    const { progress, name } = options;
    const input = openFile(path, { scratch, progress, name });
    const beside = options.fresh ? null : inputBeside(input);
    try {
      return await new Job(input, beside, path, options, scratch).run();
    } finally {
      beside?.close();
      input.close();
    }
  });
}

function inputBeside({ name }: Input): Input | null {
  return name !== null && existsSync(`${name}.segue`) ? new Input(`${name}.segue`) : null;
}

/** Whatever the name of `output`: a source is never written to. */
export function refuseSource(output: string, source: string): void {
  if (!existsSync(output) || !existsSync(source)) return;
  const [a, b] = [statSync(output), statSync(source)];
  if (a.ino !== b.ino || a.dev !== b.dev) return;
  throw new SegueError("refused", "the output file is the source file", {
    where: output,
    hint: "Segue never overwrites a source; choose another name",
  });
}

class Job {
  readonly #input: Input;
  /** The path of the source; `#input` may contain lines that were made from it. */
  readonly #place: string;
  readonly #options: ConvertFileOptions;
  readonly #scratch: string;
  readonly #target: Agent;
  /** The carry beside the source, opened on first use. */
  readonly #beside: Carry | null;
  readonly #source: Agent;

  constructor(
    input: Input,
    beside: Input | null,
    place: string,
    options: ConvertFileOptions,
    scratch: string,
  ) {
    this.#input = input;
    this.#place = place;
    this.#options = options;
    this.#scratch = scratch;
    this.#target = agentNamed(options.to);
    this.#beside = beside && tryOpenCarry(beside, (why) => this.#complain(why));
    this.#source = this.#detect();
  }

  async run(): Promise<Report> {
    const bases = await openBases(this.#source, this.#place, {
      env: process.env,
      scratch: this.#scratch,
    });
    try {
      const children = await countChildren(this.#source, this.#place);
      const { fullHistory, fit } = this.#options;
      const mayAssume = bases.length === 0 && !fullHistory && !fit;
      const finish = interruptible(() =>
        orSurveyed(mayAssume ? assume(this.#source, this.#input) : null, (assumed) =>
          this.#convert(bases, children, assumed),
        ),
      );
      await heedSignals();
      return finish();
    } finally {
      closeBases(bases);
    }
  }

  /** Does everything except the last step, which is returned. */
  #convert(bases: readonly BaseInput[], children: number, assumed: Surveyed | null): () => Report {
    const { survey: whole, taken: carry, beside } = this.#survey(bases, assumed);
    const { fit, cwd: moved } = this.#options;
    // What came from there returns as it was, and can be copied; only new turns need a writer.
    const isCopy = this.#source === this.#target && fit === undefined && moved === undefined;
    if (!carry && !isCopy) refuseUnwritable(this.#target);
    const source = { agent: this.#source, input: this.#input, bases, children };
    const survey = fit && !carry ? fitted(source, this.#target, whole, fit) : whole;
    if (carry && this.#options.cwd !== undefined) throw oneAtATime(this.#input.where);
    const path = resolve(this.#options.output);
    const note = carry || this.#source === this.#target ? null : unprovenNote(this.#target);
    if (note !== null) this.#warn(note);
    const routes = { taken: carry, beside };
    const carryPath = this.#wantsCarry(routes, survey, bases) ? this.#carryPath(path) : null;
    this.#refuse(path);
    if (carryPath !== null) this.#refuse(carryPath);
    this.#tellWays(routes, carryPath);
    const out = new Output(path);
    const carryOut = carryPath === null ? null : new Output(carryPath);
    const { cwd } = this.#options;
    const replaced = carryPath === null ? null : this.#openReplaced(carryPath);
    const ways = waysAlong(routes, replaced ? [replaced, ...replaced.others] : []);
    const orNothing = <T>(work: () => T): T => {
      try {
        return work();
      } catch (error) {
        carryOut?.discard();
        out.discard();
        throw error;
      }
    };
    const done = orNothing(() =>
      convert({
        source,
        target: { agent: this.#target, out, form: "file" },
        carryOut,
        embed: this.#carryPlace === "inside",
        carry,
        ways,
        survey,
        reasoning: this.#options.reasoning ?? "text",
        ...(cwd === undefined ? {} : { cwd: resolve(cwd) }),
      }),
    );
    if (done.added > 0) orNothing(() => refuseUnwritable(this.#target));
    if (done.how === "copied" && carryOut) this.#copyCarry(carryOut);
    return () => orNothing(() => this.#finish(done, out, carryOut));
  }

  /** Checked before anything is written. */
  #refuse(path: string): void {
    refuseSource(path, this.#place);
    if (!this.#options.force && existsSync(path)) throw exists(path);
  }

  get #carryPlace(): "beside" | "inside" | "none" {
    return this.#options.carry ?? "beside";
  }

  #warn(text: string): void {
    this.#options.warn?.(text);
  }

  #complain(why: string): void {
    this.#warn(`ignoring the carry of this file because ${why}; converting from scratch`);
  }

  /** The carry that will be overwritten: its ways back may be this session's, too. */
  #openReplaced(path: string): Carry | null {
    if (this.#carryPlace !== "beside" || !existsSync(path)) return null;
    const input = new Input(path);
    // All of it: on some systems, an open file cannot be replaced.
    const bytes = input.read(0, input.size);
    input.close();
    return tryOpenCarry(bytesOf(bytes), (why) =>
      this.#warn(
        `cannot read the carry that is being replaced (${why}): the originals it led back to cannot be restored`,
      ),
    );
  }

  /** A copy has the same ways back as the file itself. */
  #copyCarry(carryOut: Output): void {
    const input = new Input(`${this.#input.name}.segue`);
    for (const chunk of input.chunks()) carryOut.write(chunk);
    input.close();
    carryOut.sync();
  }

  #tellWays(routes: Routes, carryPath: string | null): void {
    if (this.#carryPlace === "none") return;
    const { taken, beside } = routes;
    const isCopy = taken === null && this.#source === this.#target;
    const lost = carryPath !== null ? [] : isCopy ? beside : (taken?.had ?? []);
    const told = lostWays(lost) ?? longWay(routes, this.#target);
    if (told !== null) this.#warn(told);
  }

  /** A session without messages may be recognizable only by its carry. */
  #detect(): Agent {
    const { from } = this.#options;
    const named = from === undefined ? undefined : agentNamed(from);
    if (this.#beside && this.#isAsWritten(this.#beside)) {
      const own = agentNamed(this.#beside.header.target.agent);
      if (named === undefined || named === own) return own;
    }
    return detectAgent(this.#input.lines(), this.#input.where, named);
  }

  #isAsWritten({ footer: { target } }: Carry): boolean {
    return this.#input.size === target.bytes && this.#input.sha256() === target.sha256;
  }

  #survey(bases: readonly BaseInput[], assumed: Surveyed | null): Routes & { survey: Surveyed } {
    const { fullHistory = false } = this.#options;
    const first = assumed ?? surveyFile(this.#source, this.#input, { fullHistory, bases });
    this.#input.settle();
    const { inside, beside } = this.#carriesOf(first);
    if (first.plan.entries === 0 && inside.length + beside.length === 0) {
      throw new SegueError("unreadable", "this file does not contain a session", {
        where: this.#input.where,
      });
    }
    // The carry beside the file is newer than the embedded one: it was written when the session
    // returned last.
    const taken = [...beside, ...inside].find(
      ({ header }) => header.source.agent === this.#target.id,
    );
    if (!taken) {
      if (this.#options.refuseEmpty && first.plan.isEmpty) throw nothingIn(this.#input.where);
      return { survey: first, taken: null, beside };
    }
    const oldLines = taken.footer.target.lines;
    return {
      survey: surveyFile(this.#source, this.#input, {
        fullHistory: true,
        oldLines,
        bases,
        wholeBases: true,
      }),
      taken,
      beside,
    };
  }

  /**
   * The carries in and beside the file that belong to it, with those that they contain for other
   * sources. Reports any that are damaged.
   */
  #carriesOf({ plan, embedded }: Surveyed): { inside: Carry[]; beside: Carry[] } {
    if (this.#options.fresh) return { inside: [], beside: [] };
    const inside = embedded && tryOpenCarry(bytesOf(embedded), (why) => this.#complain(why));
    const ofThis = (carry: Carry | null): Carry[] => {
      if (!carry) return [];
      const problem = matchCarry(carry, this.#source, plan.header.id);
      if (problem === null || this.#isAsWritten(carry)) return [carry, ...carry.others];
      this.#complain(problem);
      return [];
    };
    return { inside: ofThis(inside), beside: ofThis(this.#beside) };
  }

  /**
   * A session that returns to a pipe consists of the old bytes and nothing else. No carry leads
   * back to a session in several files.
   */
  #wantsCarry({ taken, beside }: Routes, { plan }: Surveyed, bases: readonly BaseInput[]): boolean {
    if (this.#carryPlace === "none") return false;
    const isBeside = this.#carryPlace === "beside";
    if (taken) return isBeside && bases.length === 0;
    const isCopy = this.#source === this.#target && plan.handoff === undefined;
    return !isCopy || (isBeside && beside.length > 0);
  }

  #carryPath(output: string): string {
    return this.#carryPlace === "inside" ? join(this.#scratch, "carry") : `${output}.segue`;
  }

  #finish(done: Converted, lines: Output, carryOut: Output | null): Report {
    const { force = false } = this.#options;
    refuseUnverified(done, this.#input.where, force);
    const out = done.document ? asDocument(lines) : lines;
    const { name } = this.#input;
    const inside = this.#carryPlace === "inside";
    const carry = carryOut && { path: inside ? null : carryOut.path, bytes: carryOut.bytes };
    if (inside) carryOut?.discard();
    if (carryOut && !inside) commitPair(out, carryOut, { replace: force });
    else out.commit({ replace: force });
    const id = done.sourceId || basename(name ?? "stdin", ".jsonl");
    const isLines = done.how === "restored" && !done.document && this.#target.store.database;
    const report = reportOf(done, {
      source: { agent: this.#source, id, path: name === null ? null : resolve(name) },
      target: { agent: this.#target, path: out.path, command: null },
      carry,
    });
    return isLines ? { ...report, lines: true } : report;
  }
}

function oneAtATime(where: string): SegueError {
  return new SegueError(
    "usage",
    "a session cannot be restored and moved to another folder in one step",
    {
      where,
      hint: "convert it without --cwd first, then convert the result to the same agent with --cwd",
    },
  );
}

/** The output, if the lines represent a JSON document. */
function asDocument(lines: Output): Output {
  const document = documentOf(lines.temp);
  if (!document) return lines;
  const out = new Output(lines.path);
  out.write(document);
  out.sync();
  lines.discard();
  return out;
}

function bytesOf(bytes: Buffer): { size: number; read(offset: number, length: number): Buffer } {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}
