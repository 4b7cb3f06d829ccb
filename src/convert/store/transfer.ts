/**
 * A session's way into another agent's store: as a new session there, or, when it came from there
 * and the original is as it was left, as new turns at the original's end.
 */
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { refuseOpen } from "../../agents/running.ts";
import { checkId, placeFor } from "../../agents/shared/place.ts";
import type { Agent } from "../../agents/types.ts";
import { SegueError } from "../../errors.ts";
import { appendTail, isAs } from "../../io/append.ts";
import { Input, type Progress } from "../../io/input.ts";
import { interruptible } from "../../io/interrupt.ts";
import { damageWords, Journal, type Side, type Write } from "../../io/journal.ts";
import { withLock } from "../../io/lock.ts";
import { removeEmptyFolders } from "../../io/made.ts";
import type { Companion } from "../../io/output.ts";
import { exists, Output } from "../../io/output.ts";
import {
  carryPath,
  dropBegun,
  dropPending,
  type Env,
  isBegun,
  keepCarry,
  keepPending,
  markBegun,
  newCarry,
  readCarry,
} from "../../io/state.ts";
import type { Carry } from "../../lossless/carry.ts";
import { isFrame } from "../../lossless/document.ts";
import { Relocation } from "../../session/relocate.ts";
import { titleOf } from "../../session/title.ts";
import type { Header, Json } from "../../session/types.ts";
import { counted } from "../../words.ts";
import {
  type Conversion,
  type Converted,
  convert,
  matchCarry,
  refuseUnverified,
  targetId,
  tryOpenCarry,
  writeOwn,
} from "../convert.ts";
import type { ReasoningFate } from "../project/project.ts";
import { countChildren, openBases } from "../read/bases.ts";
import { folderIn } from "../read/folder.ts";
import { isThere, openSession, rowsAt } from "../read/open.ts";
import { LossReport } from "../report/losses.ts";
import { openedReport, type Report, reportOf } from "../report/report.ts";
import { assume, orSurveyed } from "../survey/assume.ts";
import { type Fit, fits, fitted } from "../survey/fit.ts";
import { type Fitted, nothingIn, type Surveyed, surveyFile } from "../survey/survey-file.ts";
import { renamedLine } from "./rename.ts";
import { appendRows, keepBackup, linesIn, writeRows } from "./rows.ts";

export interface TransferOptions {
  env: Env;
  /** A folder for temporary files. */
  scratch: string;
  fullHistory: boolean;
  /** What a new session is made to fit; see fit.ts. */
  fit?: Fit | null;
  /** What becomes of reasoning that the target has no place for. */
  reasoning?: ReasoningFate;
  /** Write a new session in any case. */
  fork: boolean;
  /** Write what could not be verified. */
  force?: boolean;
  /** Nothing will be committed: keep everything in `scratch`. */
  dryRun: boolean;
  /** Is told what is worth knowing but stops nothing. */
  warn(text: string): void;
  /** Is told how far each pass over the source has come. */
  progress?: Progress;
  cwd?: string;
  /** Of a subagent's session: what it comes along with. */
  along?: Along;
}

/** The session that subagents' sessions hang on, in the target's store. */
export interface Along {
  parent: string;
  path: string;
  /** That of the session's own write, so that all of it is taken back as one. */
  journal: Journal;
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
  /** It shall not happen after all. */
  discard(): void;
}

export interface Source {
  agent: Agent;
  path: string;
  id: string;
}

export interface Target {
  agent: Agent;
  root: string;
  version: string | null;
  /** Path of the agent's binary; null where it is not installed. */
  command: string | null;
}

/** The write that a session came by, and the carry that leads back. */
interface Home {
  write: Write;
  carry: Carry;
}

interface Copied {
  id: string;
  path: string;
  out: Output;
  losses: LossReport;
  lines: number;
}

export class Transfer {
  readonly #source: Source;
  readonly #target: Target;
  readonly #options: TransferOptions;
  readonly #journal: Journal;
  readonly #notes: string[] = [];
  /** What was opened on the way. */
  readonly #inputs = new Set<Input>();

  constructor(source: Source, target: Target, options: TransferOptions) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
    this.#journal = options.along?.journal ?? new Journal(options.env);
    if (options.along) return;
    for (const damage of this.#journal.damage()) {
      options.warn(
        `${damageWords(damage)}: the way back to an original session may not be found (${this.#journal.path})`,
      );
    }
  }

  /** What the session's subagents come along with, where it goes to. */
  along({ id, path }: Outcome): Along {
    return { parent: id, path, journal: this.#journal };
  }

  /**
   * In its own agent, as it is; a file from elsewhere is first copied into the store. With its full
   * history, a session that was made to fit is one whose turns go to the original it was made of.
   */
  native(): Outcome {
    try {
      return this.#native();
    } finally {
      this.#closeAll();
    }
  }

  #native(): Outcome {
    const { agent, path } = this.#source;
    const input = this.#open(path);
    const { header, isEmpty } = surveyFile(agent, input).plan;
    if (isEmpty) throw nothingIn(path);
    const id = checkId(this.#source.id || header.id, path);
    const home = this.#options.fullHistory ? this.#home(id) : null;
    const back = home?.write.action === "create" && this.#goHome({ agent, input }, id, home);
    if (back) return back;
    const relocation = Relocation.between(header.cwd, this.#options.cwd);
    if (relocation || this.#options.fork) return this.#copy(input, { ...header, id }, relocation);
    const cwd = this.#options.cwd ?? header.cwd;
    const place = { id, cwd, title: null };
    if (rowsAt(path) || path.startsWith(join(this.#target.root, "/")) || header.id === "") {
      input.close();
      const note = this.#note(`opening it in ${agent.name}, its own agent`);
      return { ...place, path, report: this.#opened(id, path), note, commit() {}, discard() {} };
    }
    const stored = this.#placeFor(header);
    const out = this.#newOutput(stored);
    this.#copyNative(input, out);
    const { bytes, sha256 } = out;
    input.close();
    if (isThere(stored)) {
      out.discard();
      if (!this.#holds(stored, sha256)) throw taken(stored, agent, id);
      const note = this.#note(`it is in ${agent.name}'s store already: ${stored}`);
      const report = this.#opened(id, stored);
      return { ...place, path: stored, report, note, commit() {}, discard() {} };
    }
    return {
      ...place,
      path: stored,
      report: this.#opened(id, stored),
      note: `copied into ${agent.name}'s store: ${stored}`,
      commit: () => {
        const source = { agent: agent.id, id, path, bytes, sha256 };
        this.#create(out, source, { ...header, id, cwd }, stored, null);
      },
      discard: () => out.discard(),
    };
  }

  #holds(path: string, sha256: string): boolean {
    const input = this.#open(path);
    try {
      return input.sha256() === sha256;
    } finally {
      input.close();
    }
  }

  /** In its own agent, but in another folder, or as a fork: a copy; the original stays. */
  #copy(input: Input, header: Header, relocation: Relocation | null): Outcome {
    const { agent, path: from } = this.#source;
    const copy = this.#copyTo(input, header, relocation);
    const { id, path, out, losses } = copy;
    const report = this.#opened(header.id, path);
    const { size: bytes } = input;
    const sha256 = input.sha256();
    input.close();
    const source = { agent: agent.id, id: header.id, path: from, bytes, sha256 };
    const cwd = relocation?.to ?? this.#options.cwd ?? header.cwd;
    return {
      id,
      path,
      cwd,
      title: header.title,
      report: {
        ...report,
        how: "copied",
        source: { ...report.source, records: copy.lines, bytes },
        target: { ...report.target, id },
        losses: losses.list(),
      },
      note: this.#note(`a new session${relocation ? `, for ${relocation.to}` : ""}: ${path}`),
      commit: () => this.#create(out, source, { ...header, id, cwd }, path, null),
      discard: () => out.discard(),
    };
  }

  /** As it is; where the store keeps another form than the file has, in that form. */
  #copyNative(input: Input, out: Output): void {
    const { agent, version } = this.#target;
    if (!agent.store.database) {
      for (const chunk of input.chunks()) out.write(Buffer.from(chunk));
      out.sync();
      return;
    }
    const survey = surveyFile(agent, input);
    const { id, cwd } = survey.plan.header;
    const target = { agent, out, ...this.#installation(cwd) };
    const place = { id, ...(cwd === null ? {} : { cwd }) };
    writeOwn({ source: { agent, input }, target, survey, cliVersion: version, ...place });
  }

  async prepare(): Promise<Outcome> {
    try {
      return await this.#prepare();
    } finally {
      this.#closeAll();
    }
  }

  async #prepare(): Promise<Outcome> {
    const { agent, path } = this.#source;
    const input = this.#open(path, this.#options.progress);
    const bases = await openBases(agent, path, this.#options);
    const source = { agent, input, bases, children: await countChildren(agent, path) };
    const { fullHistory, fit } = this.#options;
    const mayAssume = bases.length === 0 && !fullHistory && !fit;
    const assumed = mayAssume ? assume(agent, input) : null;
    return orSurveyed(assumed, (guess) =>
      this.#route(source, guess ?? surveyFile(agent, input, { fullHistory, bases })),
    );
  }

  #route(source: Conversion["source"], survey: Surveyed): Outcome {
    const { input } = source;
    const { path } = this.#source;
    input.settle();
    if (survey.plan.entries === 0 || survey.plan.isEmpty) throw nothingIn(path);
    const id = this.#source.id || survey.plan.header.id;
    const home = source.agent === this.#target.agent ? null : this.#home(id);
    const back = home && this.#goHome(source, id, home);
    if (back) return back;
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
    if (bytes) this.#inputs.add(bytes);
    else {
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
    if (!write || !isThere(write.target.path) || write.source.bytes !== input.size) return null;
    if (write.source.sha256 !== input.sha256()) return null;
    // It was not written to its end.
    if (isBegun(this.#options.env, write.target.path)) return null;
    const there = this.#folderOf(write.target.path) ?? survey.plan.header.cwd;
    if (Relocation.between(there, this.#options.cwd)) return null;
    if (!this.#fits(write.target.path)) return null;
    return {
      id: checkId(write.target.id, write.target.path),
      path: write.target.path,
      cwd: this.#options.cwd ?? there,
      title: null,
      report: this.#opened(write.target.id, write.target.path),
      note: this.#note("it was handed over before; going on there (--fork writes a new session)"),
      commit() {},
      discard() {},
    };
  }

  /** The folder that a session of the target's belongs to. */
  #folderOf(path: string): string | null {
    const input = this.#open(path);
    try {
      return folderIn(this.#target.agent, input, path);
    } finally {
      input.close();
    }
  }

  /** Is a session of the target's own within what was asked for? */
  #fits(path: string): boolean {
    const { fit } = this.#options;
    if (!fit) return true;
    const { agent } = this.#target;
    const input = this.#open(path);
    try {
      return fits({ agent, input }, agent, surveyFile(agent, input), fit);
    } finally {
      input.close();
    }
  }

  /** null when what comes home is more than it shall fit. */
  #goHome(source: Conversion["source"], id: string, home: Home): Outcome | null {
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
    if (!this.#fits(out.temp)) {
      out.discard();
      carryOut.discard();
      this.#notes.push("what would come home is more than --fit allows: writing a new session");
      return null;
    }
    const restored = writtenLines(out, done);
    const folder = folderIn(this.#target.agent, restored, write.source.path);
    restored.close();
    const moves = Relocation.between(folder, this.#options.cwd) !== null;
    const isNew = this.#options.fork || done.stale > 0 || moves;
    const before = isNew ? null : this.#prefixSize(write.source.path, out);
    if (before !== null) {
      // A session that lies in several files cannot be continued from outside: no carry back.
      const kept = bases.length === 0 ? carryOut : null;
      if (!kept) carryOut.discard();
      const here = { ...done, header: { ...done.header, cwd: folder ?? done.header.cwd } };
      return this.#append(id, here, write.source, before, out, kept);
    }
    carryOut.discard();
    if (this.#options.along) {
      // A copy of the original would hang on the session that the original hangs on.
      out.discard();
      return null;
    }
    this.#notes.push(`${this.#whyNew(done, moves)}: writing a new session`);
    return this.#fork(id, done, out, write.source.path);
  }

  #whyNew({ stale }: Converted, moves: boolean): string {
    if (this.#options.fork) return "a fork was asked for";
    if (moves) return "another folder was asked for";
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
    const cwd = this.#options.cwd ?? done.header.cwd;
    const refuse = (): void => {
      if (this.#options.force !== true) {
        refuseOpen(this.#target.agent, { id: original.id, path, cwd }, this.#options.env);
      }
    };
    // Before anything is asked of the user, and once more when it is done.
    if (!nothing && !this.#options.dryRun) this.#orDiscard(refuse, out, carryOut);
    return {
      id: original.id,
      path,
      cwd,
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
        refuse();
        const carry = carryOut && keepCarry(this.#options.env, carryOut);
        const source = this.#side(id, done);
        const target = { ...original, bytes: out.bytes, sha256: out.sha256 };
        const action = "append";
        const write = { action, path, before, madeFolder: null, source, target, carry } as const;
        withLock(this.#options.env, path, () =>
          this.#marked(path, () => {
            if (rowsAt(path)) this.#appendRows(write, out);
            else this.#appendLines(write, out);
          }),
        );
      },
      discard: () => {
        out.discard();
        carryOut?.discard();
      },
    };
  }

  #orDiscard(work: () => void, ...outputs: readonly (Output | null)[]): void {
    try {
      work();
    } catch (error) {
      for (const out of outputs) out?.discard();
      throw error;
    }
  }

  /** A copy of the home session under an id of its own, from what the way home gave. */
  #fork(id: string, done: Converted, restored: Output, place: string): Outcome {
    const { agent } = this.#target;
    const input = writtenLines(restored, done);
    const { header } = surveyFile(agent, input, { place }).plan;
    const relocation = Relocation.between(header.cwd, this.#options.cwd);
    const copy = this.#copyTo(
      input,
      { ...header, id: checkId(header.id, this.#source.path) },
      relocation,
    );
    const { out, path } = copy;
    input.close();
    const cwd = this.#options.cwd ?? header.cwd;
    const losses = [...done.losses, ...copy.losses.list()];
    return {
      id: copy.id,
      path,
      cwd,
      title: header.title,
      report: this.#report({ ...done, id: copy.id, losses }, path, null),
      note: this.#note(`a new session: ${path}`),
      commit: () => {
        restored.discard();
        const place = { ...header, id: copy.id, cwd };
        this.#create(out, this.#side(id, done), place, path, null);
      },
      discard: () => {
        restored.discard();
        out.discard();
      },
    };
  }

  /** The target's own session once more: under a new id, and where it goes on. */
  #copyTo(input: Input, header: Header, relocation: Relocation | null): Copied {
    const { agent } = this.#target;
    const place = { ...header, cwd: relocation?.to ?? header.cwd };
    const [id, path] = this.#freePlace(place, (attempt) => targetId(place, agent, attempt));
    const out = this.#newOutput(path);
    const losses = new LossReport();
    let lines = 0;
    for (const line of this.#renamed(input, header.id, id)) {
      out.line(relocation?.text(line) ?? line);
      const count = relocation?.take() ?? 0;
      if (count > 0) losses.add("path-relocated", lines, count);
      lines++;
    }
    out.sync();
    return { id, path, out, losses, lines };
  }

  *#renamed(input: Input, oldId: string, newId: string): Iterable<string> {
    const { database } = this.#target.agent.store;
    if (database) {
      yield* database.renamed(
        [...input.lines()].map(({ text }) => text),
        newId,
      );
      return;
    }
    const { known } = this.#target.agent;
    // In the store it is a file of lines.
    for (const line of input.lines()) {
      if (!isFrame(line.value)) yield renamedLine(line, known, { from: oldId, to: newId });
    }
  }

  #goThere(source: Conversion["source"], id: string, whole: Surveyed): Outcome {
    const { agent } = this.#target;
    const { along } = this.#options;
    if (along && !agent.store.takesChildren) throw noPlace(agent, this.#source.path);
    const survey = this.#fitted(source, whole);
    if (source.agent === agent && survey.plan.handoff === undefined) return this.#native();
    const folder = this.#options.cwd ?? survey.plan.header.cwd;
    // Nothing is written before the user has named one: see `commit`.
    const cwd = folder ?? process.cwd();
    const createdAt = survey.plan.header.createdAt ?? timeOf(this.#source.path);
    const parent = along?.parent ?? null;
    const from = { ...survey.plan.header, id, cwd, createdAt, parent };
    const [newId, path] = this.#freePlace(from, (attempt) =>
      targetId(from, agent, attempt, parent !== null),
    );
    const out = this.#newOutput(path);
    const carryOut = this.#newCarry();
    const done = this.#convert(
      { source, survey, carryOut, carry: null, id: newId, cwd, createdAt, parent },
      out,
    );
    return {
      id: newId,
      path,
      cwd: folder,
      title: done.header.title,
      report: this.#report(done, path, carryOut),
      note: this.#note(`a new session: ${path}`),
      commit: () => {
        if (folder === null) throw noFolder(this.#source.path);
        const carry = keepCarry(this.#options.env, carryOut);
        const title = titleOf(done.header.title, survey.plan.request);
        this.#create(out, this.#side(id, done), { ...from, id: newId, title }, path, carry);
      },
      discard: () => {
        out.discard();
        carryOut.discard();
      },
    };
  }

  #fitted(source: Conversion["source"], survey: Surveyed): Surveyed {
    const { fit } = this.#options;
    if (!fit) return survey;
    const fitting = fitted(source, this.#target.agent, survey, fit);
    if (!fitting.fitted) return fitting;
    const isCut = fitting.plan.handoff !== undefined;
    const isOwn = source.agent === this.#target.agent;
    this.#notes.push(isCut ? cutNote(fitting.fitted, isOwn) : fitsNote(fitting.fitted));
    return fitting;
  }

  #convert(conversion: Omit<Conversion, "target">, out: Output): Converted {
    const { agent, version } = this.#target;
    const target = { agent, out, ...this.#installation(conversion.cwd ?? null) };
    try {
      const { reasoning = "text", force = false } = this.#options;
      const done = interruptible(() =>
        convert({ reasoning, ...conversion, target, cliVersion: version }),
      );
      refuseUnverified(done, this.#source.path, force);
      return done;
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
    for (let attempt = 0; ; attempt++) {
      const id = idFor(attempt);
      const path = this.#placeFor({ ...header, agent: this.#target.agent.id, id });
      if (!isThere(path)) return [id, path];
    }
  }

  /** A file's path, or `path#id` in a database. */
  #placeFor(header: Header): string {
    const { agent, root } = this.#target;
    const path = placeFor(agent.store, root, header, this.#options.env);
    return agent.store.database ? `${path}#${header.id}` : path;
  }

  /** What new records have to say of the machine they are written for. */
  #installation(cwd: string | null): { model: string | null; facts: Json } {
    const { agent, root } = this.#target;
    const { env } = this.#options;
    const model = agent.store.model?.(root, env) ?? null;
    return { model, facts: agent.store.facts?.(root, cwd ?? process.cwd(), env) ?? null };
  }

  #open(path: string, progress?: Progress): Input {
    const input = openSession(path, { scratch: this.#options.scratch, progress });
    this.#inputs.add(input);
    return input;
  }

  /** What is prepared needs nothing of them any more. */
  #closeAll(): void {
    for (const input of this.#inputs) input.close();
    this.#inputs.clear();
  }

  /** Rows go into their database from a file aside. */
  #newOutput(path: string): Output {
    const aside = this.#options.dryRun || this.#target.agent.store.database !== undefined;
    return new Output(aside ? join(this.#options.scratch, "new") : path);
  }

  #newCarry(): Output {
    const { dryRun, scratch, env } = this.#options;
    return dryRun ? new Output(join(scratch, "carry")) : newCarry(env);
  }

  #create(out: Output, source: Side, header: Header, path: string, carry: string | null): void {
    withLock(this.#options.env, path, () => {
      // Into a database nothing else keeps two processes from writing one session.
      if (isThere(path)) throw exists(path);
      this.#marked(path, () => this.#write(out, source, header, path, carry));
    });
  }

  /** Until it is done, or the journal has forgotten it, the next process may have to: see unfinished.ts. */
  #marked(path: string, work: () => void): void {
    const { env } = this.#options;
    const last = this.#journal.last;
    markBegun(env, path, last);
    try {
      work();
    } catch (error) {
      const isNoted = this.#journal.writes().some((one) => one.n > last && one.path === path);
      if (!isNoted) dropBegun(env, path);
      throw error;
    }
    dropBegun(env, path);
  }

  #write(out: Output, source: Side, header: Header, path: string, carry: string | null): void {
    const { agent, root, command } = this.#target;
    const { bytes, sha256 } = out;
    const target: Side = { agent: agent.id, id: header.id, path, bytes, sha256 };
    const write = { action: "create", path, before: 0, source, target, carry } as const;
    if (agent.store.database) {
      const written = this.#journal.add({ ...write, madeFolder: null });
      const lines = linesIn(readFileSync(out.temp));
      const { scratch, env } = this.#options;
      const cwd = header.cwd ?? process.cwd();
      try {
        writeRows({ place: path, agent, lines, command, cwd, scratch, env });
      } catch (error) {
        if (!isThere(path)) this.#journal.forget(written);
        throw error;
      }
      out.discard();
      return;
    }
    const { madeFolder } = out;
    const wanted = agent.store.companions?.(root, path, header) ?? [];
    const outputs = wanted.filter((file) => !existsSync(file.path)).map(companionOutput);
    const companions = outputs.map((file) => ({
      path: file.path,
      sha256: file.sha256,
      madeFolder: file.madeFolder,
    }));
    const written = this.#journal.add({
      ...write,
      madeFolder,
      ...(companions.length > 0 ? { companions } : {}),
    });
    const done: Output[] = [];
    try {
      for (const one of [...outputs, out]) {
        one.commit();
        done.push(one);
      }
    } catch (error) {
      takeAway([...outputs, out], done);
      this.#journal.forget(written);
      throw error;
    }
  }

  /** The journal has it before it takes effect, and no more when it did not. */
  #appendLines(write: Omit<Write, "n" | "time">, out: Output): void {
    const { env } = this.#options;
    const { path, before: bytes } = write;
    const before = { bytes, sha256: digestOf(out.temp, bytes) };
    const written = this.#journal.add({ ...write, beforeSha256: before.sha256 });
    const { n } = written;
    try {
      keepPending(env, n, out.temp, bytes);
      appendTail(path, before, out.temp);
    } catch (error) {
      if (isRefusal(error) || isAs(path, before)) {
        this.#journal.forget(written);
        dropPending(env, n);
      }
      throw error;
    }
    dropPending(env, n);
  }

  #appendRows(write: Omit<Write, "n" | "time">, out: Output): void {
    const after = readFileSync(out.temp);
    const backup = keepBackup(this.#options.env, after.subarray(0, write.before));
    const written = this.#journal.add({ ...write, backup });
    try {
      appendRows(write.path, write.before, after);
    } catch (error) {
      // A database takes all of it, or nothing.
      this.#journal.forget(written);
      throw error;
    }
    out.discard();
  }

  /** The size of a session whose bytes are the first ones of `out`; null when they are not, or it is gone. */
  #prefixSize(path: string, out: Output): number | null {
    if (!isThere(path)) return null;
    const now = this.#open(path);
    const written = new Input(out.temp);
    try {
      const { size } = now;
      // To a document, or a file that is compressed, no line can be appended.
      if (now.path !== path && !rowsAt(path) && size !== written.size) return null;
      return size <= written.size && now.sha256() === written.sha256(size) ? size : null;
    } finally {
      now.close();
      written.close();
    }
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

function fitsNote({ tokens, window }: Fitted): string {
  return `the session fits (${tokens} of ${window} tokens): nothing is replaced`;
}

/** What was replaced, for a person. */
function cutNote({ turns, midTurn }: Fitted, isOwn: boolean): string {
  const older = turns > 0 ? [counted(turns, "older turn")] : [];
  const parts = [...older, ...(midTurn ? ["the beginning of the newest turn"] : [])];
  const what = parts.join(" and ") || "what came before the first turn";
  const [is, come] = turns > 1 || parts.length > 1 ? ["are", "they come"] : ["is", "it comes"];
  const where = isOwn ? "the original stays as it is" : `${come} back on the way home`;
  return `${what} ${is} replaced by a handoff entry; ${where}`;
}

function noPlace({ name }: Agent, where: string): SegueError {
  return new SegueError("refused", `${name} has no place for what a subagent did`, { where });
}

function taken(where: string, agent: Agent, id: string): SegueError {
  return new SegueError("refused", `${agent.name} has another session of this id`, {
    where,
    hint: `\`segue resume ${agent.id}:${id}\` opens that one`,
  });
}

/** Of a session whose folder neither its records nor its store tell. */
export function noFolder(where: string): SegueError {
  return new SegueError("failed", "nothing says which folder this session belongs to", {
    where,
    hint: "name it with --cwd",
  });
}

/** When a file was last written; null for what is none. */
function timeOf(path: string): string | null {
  return statSync(path, { throwIfNoEntry: false })?.mtime.toISOString() ?? null;
}

/** What is refused has not taken effect. */
function isRefusal(error: unknown): boolean {
  return error instanceof SegueError && error.kind !== "failed";
}

function digestOf(path: string, end: number): string {
  const input = new Input(path);
  try {
    return input.sha256(end);
  } finally {
    input.close();
  }
}

/** What has been written, for reading. */
function writtenLines({ temp }: Output, { document }: Converted): Input {
  return new Input(temp, undefined, temp, document);
}

/** Of files that were to be written together, those that were and those that were not. */
function takeAway(all: readonly Output[], done: readonly Output[]): void {
  for (const one of all) {
    if (done.includes(one)) rmSync(one.path, { force: true });
    else one.discard();
  }
  for (const { path, madeFolder } of all) removeEmptyFolders(dirname(path), madeFolder);
}

function companionOutput({ path, text }: Companion): Output {
  const out = new Output(path);
  out.write(text);
  out.sync();
  return out;
}
