/** What all routes of a handover share. */
import { join } from "node:path";
import { whoseOf } from "../../agents/profile.ts";
import { placeFor } from "../../agents/shared/place.ts";
import { Input, type Progress } from "../../io/input.ts";
import { interruptible } from "../../io/interrupt.ts";
import { damageWords, Journal, type Side } from "../../io/journal.ts";
import { Output } from "../../io/output.ts";
import { carryPath, newCarry } from "../../io/state.ts";
import type { Header, Json } from "../../session/types.ts";
import type { Conversion, Converted } from "../conversion.ts";
import { convert, refuseUnverified } from "../convert.ts";
import { folderIn } from "../read/folder.ts";
import { isThere, openSession } from "../read/open.ts";
import { openedReport, type Report, reportOf } from "../report/report.ts";
import { fits } from "../survey/fit.ts";
import { type Surveyed, surveyFile } from "../survey/survey-file.ts";

import type { Source, Target, TransferOptions } from "./types.ts";

/** The shared state of a handover's routes: both sides, the request, and what was opened for it. */
export class Context {
  readonly source: Source;
  readonly target: Target;
  readonly options: TransferOptions;
  readonly journal: Journal;
  /** What the user is told beforehand. */
  readonly notes: string[] = [];
  /** The newest write in the journal when this handover began. */
  readonly startedAfter: number;
  /** Numbers of writes that were unfinished when they were checked. */
  readonly unfinished = new Set<number>();
  /** What was opened along the way. */
  readonly #inputs = new Set<Input>();

  constructor(source: Source, target: Target, options: TransferOptions) {
    this.source = source;
    this.target = target;
    this.options = options;
    this.journal = options.along?.journal ?? new Journal(options.env);
    this.startedAfter = this.journal.last;
    if (options.along) return;
    for (const damage of this.journal.damage()) {
      options.warn(
        `${damageWords(damage)}: Segue may not find the original of a session (${this.journal.path})`,
      );
    }
  }

  /** Closed once everything is prepared, like whatever is opened here. */
  keep(input: Input): void {
    this.#inputs.add(input);
  }

  open(path: string, progress?: Progress): Input {
    const input = openSession(path, { scratch: this.options.scratch, progress });
    this.#inputs.add(input);
    return input;
  }

  /** The prepared result no longer needs them. */
  closeAll(): void {
    for (const input of this.#inputs) input.close();
    this.#inputs.clear();
  }

  /** The folder that a session of the target belongs to. */
  folderOf(path: string): string | null {
    const input = this.open(path);
    try {
      return folderIn(this.target.agent, input, path);
    } finally {
      input.close();
    }
  }

  /** Does a session of the target match the request? */
  fits(path: string): boolean {
    const { fit } = this.options;
    if (!fit) return true;
    const { agent } = this.target;
    const input = this.open(path);
    try {
      return fits({ agent, input }, agent, surveyFile(agent, input), fit);
    } finally {
      input.close();
    }
  }

  /** `place`: where the session already is that `out` continues. */
  convert(conversion: Omit<Conversion, "target">, out: Output, place = out.path): Converted {
    const { agent, version } = this.target;
    const target = { agent, out, place, ...this.installation(conversion.cwd ?? null) };
    try {
      const { reasoning = "text", force = false } = this.options;
      const done = interruptible(() =>
        convert({ reasoning, ...conversion, target, cliVersion: version }),
      );
      refuseUnverified(done, this.source.path, force);
      return done;
    } catch (error) {
      out.discard();
      conversion.carryOut?.discard();
      throw error;
    }
  }

  /** The first free id, and its path. */
  freePlace(
    header: Surveyed["plan"]["header"],
    idFor: (attempt: number) => string,
  ): [id: string, path: string] {
    const { agent, root } = this.target;
    for (let attempt = 0; ; attempt++) {
      const id = idFor(attempt);
      if (agent.store.hasId?.(root, id)) continue;
      const path = this.placeFor({ ...header, agent: agent.id, id });
      if (!isThere(path)) return [id, path];
    }
  }

  /** A file's path, or `path#id` in a database. */
  placeFor(header: Header): string {
    const { agent, root } = this.target;
    const path = placeFor(agent.store, root, header, this.options.env);
    return agent.store.database ? `${path}#${header.id}` : path;
  }

  /** Facts about the machine for new records. */
  installation(cwd: string | null): { model: string | null; facts: Json } {
    const { agent, root } = this.target;
    const { env } = this.options;
    const model = agent.store.model?.(root, env) ?? null;
    return { model, facts: agent.store.facts?.(root, cwd ?? process.cwd(), env) ?? null };
  }

  /** Rows are written to their database from a separate file. */
  newOutput(path: string): Output {
    const aside = this.options.dryRun || this.target.agent.store.database !== undefined;
    return new Output(aside ? join(this.options.scratch, "new") : path);
  }

  newCarry(): Output {
    const { dryRun, scratch, env } = this.options;
    return dryRun ? new Output(join(scratch, "carry")) : newCarry(env);
  }

  side(id: string, done: Converted): Side {
    const { agent, path } = this.source;
    const { bytes, sha256 } = done.source;
    return { ...whoseOf(agent), id, path, bytes, sha256 };
  }

  report(done: Converted, path: string, carryOut: Output | null): Report {
    const { agent, path: from, id } = this.source;
    return reportOf(done, {
      source: { agent, id: id || done.sourceId, path: from },
      target: { agent: this.target.agent, path, command: null },
      carry: carryOut && {
        path: carryPath(this.options.env, carryOut.sha256),
        bytes: carryOut.bytes,
      },
    });
  }

  opened(id: string, path: string): Report {
    const { agent, path: from, id: own } = this.source;
    const source = { agent, id: own || id, path: from };
    return openedReport({ source, target: { agent: this.target.agent, path, command: null } }, id);
  }

  note(text: string): string {
    return [...this.notes, text].join("\n");
  }
}

/** What has been written, for reading. */
export function writtenLines({ temp }: Output, { document }: Converted): Input {
  return new Input(temp, undefined, temp, document);
}
