/**
 * A session's way into another agent's store: as a new session there, or, when it came from there
 * and the original is as it was left, as new turns at the original's end.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkId, placeFor } from "../agents/shared/place.ts";
import type { Agent } from "../agents/types.ts";
import { SegueError } from "../errors.ts";
import { appendTail } from "../io/append.ts";
import { Input, type Progress } from "../io/input.ts";
import { interruptible } from "../io/interrupt.ts";
import { Journal, type Side, type Write } from "../io/journal.ts";
import { exists, Output } from "../io/output.ts";
import { carryPath, type Env, keepCarry, newCarry, readCarry } from "../io/state.ts";
import type { Carry } from "../lossless/carry.ts";
import { assume, orSurveyed } from "./assume.ts";
import { countChildren, openBases } from "./bases.ts";
import {
  type Conversion,
  type Converted,
  convert,
  matchCarry,
  targetId,
  tryOpenCarry,
} from "./convert.ts";
import { openedReport, type Report, reportOf } from "./report.ts";
import { type Surveyed, surveyFile } from "./survey-file.ts";

export interface TransferOptions {
  env: Env;
  /** A folder for temporary files. */
  scratch: string;
  fullHistory: boolean;
  /** Write a new session in any case. */
  fork: boolean;
  /** Nothing will be committed: keep everything in `scratch`. */
  dryRun: boolean;
  /** Is told what is worth knowing but stops nothing. */
  warn(text: string): void;
  /** Is told how far each pass over the source has come. */
  progress?: Progress;
  cwd?: string;
}

/** What is ready to be done. Nothing in a store has changed until `commit`. */
export interface Outcome {
  id: string;
  path: string;
  cwd: string | null;
  /** The title of a session that is newly written; null for none, and for one that was there. */
  title: string | null;
  report: Report;
  /** What will happen, for a person. */
  note: string;
  commit(): void;
}

interface Source {
  agent: Agent;
  path: string;
  id: string;
}

interface Target {
  agent: Agent;
  root: string;
  version: string | null;
}

/** The write that a session came by, and the carry that leads back. */
interface Home {
  write: Write;
  carry: Carry;
}

export class Transfer {
  readonly #source: Source;
  readonly #target: Target;
  readonly #options: TransferOptions;
  readonly #journal: Journal;
  readonly #notes: string[] = [];

  constructor(source: Source, target: Target, options: TransferOptions) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
    this.#journal = new Journal(options.env);
  }

  /** In its own agent, as it is; a file from elsewhere is first copied into the store. */
  native(): Outcome {
    const { agent, path } = this.#source;
    const input = new Input(path);
    const { header } = surveyFile(agent, input).plan;
    const id = checkId(this.#source.id || header.id, path);
    const cwd = this.#options.cwd ?? header.cwd;
    const place = { id, cwd, title: null };
    if (path.startsWith(join(this.#target.root, "/")) || header.id === "") {
      input.close();
      const note = `opening it in ${agent.name}, its own agent`;
      return { ...place, path, report: this.#opened(id, path), note, commit: () => {} };
    }
    const stored = placeFor(agent.store, this.#target.root, header, this.#options.env);
    if (existsSync(stored)) throw exists(stored);
    const out = this.#newOutput(stored);
    for (const chunk of input.chunks()) out.write(Buffer.from(chunk));
    out.sync();
    const { bytes, sha256 } = out;
    input.close();
    return {
      ...place,
      path: stored,
      report: this.#opened(id, stored),
      note: `copied into ${agent.name}'s store: ${stored}`,
      commit: () => this.#create(out, { agent: agent.id, id, path, bytes, sha256 }, id, null),
    };
  }

  async prepare(): Promise<Outcome> {
    const { agent, path } = this.#source;
    const input = new Input(path, this.#options.progress);
    const bases = await openBases(agent, path, this.#options.env);
    const source = { agent, input, bases, children: await countChildren(agent, path) };
    const { fullHistory } = this.#options;
    const assumed = bases.length === 0 && !fullHistory ? assume(agent, input) : null;
    return orSurveyed(assumed, (guess) =>
      this.#route(source, guess ?? surveyFile(agent, input, { fullHistory, bases })),
    );
  }

  #route(source: Conversion["source"], survey: Surveyed): Outcome {
    const { input } = source;
    const { path } = this.#source;
    input.settle();
    if (survey.plan.entries === 0) {
      throw new SegueError("unreadable", "there is nothing of a session in this file", {
        where: path,
      });
    }
    const id = this.#source.id || survey.plan.header.id;
    const home = this.#home(id);
    if (home) return this.#goHome(source, id, home);
    const there = this.#options.fork ? null : this.#alreadyThere(input, id, survey);
    if (there) return there;
    return this.#goThere(source, id, survey);
  }

  /** Where this session came from, if it was one of the target's and the way back is at hand. */
  #home(id: string): Home | null {
    const write = this.#journal.cameFrom(
      { agent: this.#source.agent.id, id },
      this.#target.agent.id,
    );
    if (!write || write.carry === null) return null;
    const bytes = readCarry(this.#options.env, write.carry);
    if (!bytes) {
      this.#options.warn("the carry of this session is missing or damaged: converting anew");
      return null;
    }
    const carry = tryOpenCarry(bytes, (why) => {
      this.#options.warn(`the carry of this session is damaged (${why}): converting anew`);
    });
    if (!carry || matchCarry(carry, this.#source.agent, id) !== null) return null;
    return { write, carry };
  }

  /** A session that was handed over as it is now goes on where it was handed over to. */
  #alreadyThere(input: Input, id: string, survey: Surveyed): Outcome | null {
    const { agent } = this.#source;
    const write = this.#journal.wentTo({ agent: agent.id, id }, this.#target.agent.id);
    if (!write || !existsSync(write.target.path) || write.source.bytes !== input.size) return null;
    if (write.source.sha256 !== input.sha256()) return null;
    return {
      id: checkId(write.target.id, write.target.path),
      path: write.target.path,
      cwd: this.#options.cwd ?? survey.plan.header.cwd,
      title: null,
      report: this.#opened(write.target.id, write.target.path),
      note: this.#note("it was handed over before; going on there (--fork writes a new session)"),
      commit: () => {},
    };
  }

  #goHome(source: Conversion["source"], id: string, home: Home): Outcome {
    const { write, carry } = home;
    const { bases = [] } = source;
    checkId(write.source.id, write.source.path);
    const survey = surveyFile(source.agent, source.input, {
      fullHistory: true,
      oldLines: carry.footer.target.lines,
      bases,
      wholeBases: true,
    });
    const out = new Output(join(this.#options.scratch, "home"));
    const carryOut = this.#newCarry();
    const done = this.#convert({ source, survey, carryOut, carry }, out);
    const before = this.#options.fork || done.stale > 0 ? null : prefixSize(write.source.path, out);
    if (before !== null) {
      // A session that lies in several files cannot be continued from outside: no carry back.
      const kept = bases.length === 0 ? carryOut : null;
      if (!kept) carryOut.discard();
      return this.#append(id, done, write.source, before, out, kept);
    }
    carryOut.discard();
    this.#notes.push(`${this.#whyNew(done)}: writing a new session`);
    return this.#fork(id, done, out);
  }

  #whyNew({ stale }: Converted): string {
    if (this.#options.fork) return "a fork was asked for";
    if (stale > 0) return "the session was changed before its end";
    return "the original has gone on, or is gone";
  }

  /** The new turns at the original's end. */
  #append(
    id: string,
    done: Converted,
    original: Side,
    before: number,
    out: Output,
    carryOut: Output | null,
  ): Outcome {
    const { path } = original;
    const nothing = out.bytes === before;
    return {
      id: original.id,
      path,
      cwd: this.#options.cwd ?? done.header.cwd,
      title: null,
      report: this.#report(done, path, carryOut),
      note: this.#note(
        nothing
          ? `the original is up to date: ${path}`
          : `the new turns go to the end of the original: ${path}`,
      ),
      commit: () => {
        if (nothing) {
          carryOut?.discard();
          return;
        }
        const carry = carryOut && keepCarry(this.#options.env, carryOut);
        const source = this.#side(id, done);
        const target = { ...original, bytes: out.bytes, sha256: out.sha256 };
        const action = "append";
        this.#journal.add({ action, path, before, madeFolder: null, source, target, carry });
        appendTail(path, before, out.temp);
      },
    };
  }

  /** A copy of the home session under an id of its own, from what the way home gave. */
  #fork(id: string, done: Converted, restored: Output): Outcome {
    const { agent } = this.#target;
    const input = new Input(restored.temp);
    const survey = surveyFile(agent, input);
    const header = survey.plan.header;
    const [newId, path] = this.#freePlace(header, (attempt) => targetId(header, agent, attempt));
    const oldId = JSON.stringify(checkId(header.id, path));
    const out = this.#newOutput(path);
    for (const line of input.lines()) out.line(line.text.replaceAll(oldId, JSON.stringify(newId)));
    out.sync();
    input.close();
    return {
      id: newId,
      path,
      cwd: this.#options.cwd ?? header.cwd,
      title: header.title,
      report: this.#report({ ...done, id: newId }, path, null),
      note: this.#note(`a new session: ${path}`),
      commit: () => this.#create(out, this.#side(id, done), newId, null),
    };
  }

  #goThere(source: Conversion["source"], id: string, survey: Surveyed): Outcome {
    const { agent } = this.#target;
    const cwd = this.#options.cwd ?? survey.plan.header.cwd ?? process.cwd();
    const from = { ...survey.plan.header, id, cwd };
    const [newId, path] = this.#freePlace(from, (attempt) => targetId(from, agent, attempt));
    const out = this.#newOutput(path);
    const carryOut = this.#newCarry();
    const done = this.#convert({ source, survey, carryOut, carry: null, id: newId, cwd }, out);
    return {
      id: newId,
      path,
      cwd,
      title: survey.plan.header.title,
      report: this.#report(done, path, carryOut),
      note: this.#note(`a new session: ${path}`),
      commit: () => {
        const carry = keepCarry(this.#options.env, carryOut);
        this.#create(out, this.#side(id, done), newId, carry);
      },
    };
  }

  #convert(conversion: Omit<Conversion, "target">, out: Output): Converted {
    const { agent, version } = this.#target;
    try {
      return interruptible(() =>
        convert({ ...conversion, target: { agent, out }, cliVersion: version }),
      );
    } catch (error) {
      out.discard();
      conversion.carryOut?.discard();
      throw error;
    }
  }

  /** The first id, and place for it, that is free. */
  #freePlace(
    header: Surveyed["plan"]["header"],
    idFor: (attempt: number) => string,
  ): [id: string, path: string] {
    const { agent, root } = this.#target;
    for (let attempt = 0; ; attempt++) {
      const id = idFor(attempt);
      const place = { ...header, agent: agent.id, id };
      const path = placeFor(agent.store, root, place, this.#options.env);
      if (!existsSync(path)) return [id, path];
    }
  }

  #newOutput(path: string): Output {
    return new Output(this.#options.dryRun ? join(this.#options.scratch, "new") : path);
  }

  #newCarry(): Output {
    const { dryRun, scratch, env } = this.#options;
    return dryRun ? new Output(join(scratch, "carry")) : newCarry(env);
  }

  #create(out: Output, source: Side, id: string, carry: string | null): void {
    const { agent } = this.#target;
    const target: Side = {
      agent: agent.id,
      id,
      path: out.path,
      bytes: out.bytes,
      sha256: out.sha256,
    };
    const { madeFolder } = out;
    const action = "create";
    this.#journal.add({ action, path: out.path, before: 0, madeFolder, source, target, carry });
    out.commit();
  }

  #side(id: string, done: Converted): Side {
    const { agent, path } = this.#source;
    return { agent: agent.id, id, path, bytes: done.source.bytes, sha256: done.source.sha256 };
  }

  #report(done: Converted, path: string, carryOut: Output | null): Report {
    const { agent, path: from, id } = this.#source;
    return reportOf(done, {
      source: { agent, id: id || done.sourceId, path: from },
      target: { agent: this.#target.agent, path, command: null },
      carry: carryOut && {
        path: carryPath(this.#options.env, carryOut.sha256),
        bytes: carryOut.bytes,
      },
    });
  }

  #opened(id: string, path: string): Report {
    const { agent, path: from, id: own } = this.#source;
    const source = { agent, id: own || id, path: from };
    return openedReport({ source, target: { agent: this.#target.agent, path, command: null } }, id);
  }

  #note(text: string): string {
    return [...this.#notes, text].join("\n");
  }
}

/** The size of a file whose bytes are the first ones of `out`; null when they are not, or it is gone. */
function prefixSize(path: string, out: Output): number | null {
  if (!existsSync(path)) return null;
  const now = new Input(path);
  const written = new Input(out.temp);
  try {
    const { size } = now;
    return size <= written.size && now.sha256() === written.sha256(size) ? size : null;
  } finally {
    now.close();
    written.close();
  }
}
