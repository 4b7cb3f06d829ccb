/**
 * Cline has two forms of sessions: those of its CLI and of its extension from 4.1 on, and the tasks of
 * the extension before that, which are lines of their own. Facts and sources: README.md in this folder.
 */
import type { Frames, Reader, Shape, Writer, WriterOptions } from "../../session/codec.ts";
import { member } from "../../session/json.ts";
import type { Entry, Header, Json } from "../../session/types.ts";
import { CLINE } from "../shared/tasks/dialect.ts";
import * as task from "../shared/tasks/known.ts";
import { TaskReader } from "../shared/tasks/read.ts";
import { unwrap } from "../shared/tasks/records.ts";
import { TaskWriter } from "../shared/tasks/write.ts";
import * as session from "./known.ts";
import { reader as sessionReader } from "./read.ts";
import { recognises as isSession } from "./records.ts";
import { withTaskTools } from "./task-tools.ts";
import { writer as sessionWriter } from "./write.ts";

/** Is this a line of a task? */
function isTask(record: Json): boolean {
  const { kind } = unwrap(record, CLINE);
  return kind !== "other" && kind !== "spelling";
}

export function recognises(record: Json): boolean {
  return isSession(record) || isTask(record);
}

export function reader(): Reader {
  return new EitherReader();
}

class EitherReader implements Reader {
  /** Of a session, until a line is a task's. */
  #reader: Reader = sessionReader();
  #isTask = false;

  read(record: Json, at: number): Entry[] {
    if (!this.#isTask && isTask(record)) {
      this.#isTask = true;
      this.#reader = new TaskReader(CLINE);
    }
    return this.#reader.read(record, at);
  }

  header(): Header {
    return this.#reader.header();
  }
}

export function writer(options: WriterOptions): Writer {
  return new EitherWriter(options);
}

class EitherWriter implements Writer {
  readonly #options: WriterOptions;
  #writer: Writer;
  #isTask = false;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#writer = sessionWriter(options);
    if (member(options.facts ?? undefined, "form") === "task") this.#toTask();
  }

  #toTask(): void {
    this.#isTask = true;
    this.#writer = new TaskWriter(CLINE, this.#options);
  }

  predict(entry: Entry): Json[] {
    return this.#writer.predict(this.#isTask ? withTaskTools(entry) : entry);
  }

  commit(record: Json): void {
    if (!this.#isTask && isTask(record)) this.#toTask();
    this.#writer.commit(record);
  }

  end(): Json[] {
    return this.#writer.end();
  }

  kind(record: Json): string {
    if (!isTask(record)) return this.#writer.kind(record);
    return `task/${new TaskWriter(CLINE, this.#options).kind(record)}`;
  }

  key(record: Json): string {
    if (!isTask(record)) return this.#writer.key(record);
    return new TaskWriter(CLINE, this.#options).key(record);
  }

  mark(): string {
    return this.#writer.mark();
  }

  rewind(mark: string, turns: number): Json[] {
    return this.#writer.rewind(mark, turns);
  }
}

const OF_TASKS = task.knownOf(CLINE);
const PREFIX = "task/";

/** Both have messages: those of tasks have a prefix in their names. */
export const known: Shape = {
  name(record) {
    if (isTask(record)) return PREFIX + (nameIn(OF_TASKS, record) ?? "");
    return nameIn(session.known, record) ?? "";
  },
  of: { ...shapesIn(session.known), ...prefixed(shapesIn(OF_TASKS)) },
};

type Shapes = Readonly<Record<string, Shape>>;

function nameIn(shape: Shape, record: Json): string | null {
  return typeof shape === "object" && "name" in shape ? shape.name(record) : null;
}

function shapesIn(shape: Shape): Shapes {
  return typeof shape === "object" && "of" in shape ? shape.of : {};
}

function prefixed(shapes: Shapes): Shapes {
  return Object.fromEntries(Object.entries(shapes).map(([name, one]) => [PREFIX + name, one]));
}

export const frames: Frames = {
  ...session.frames,
  ...(task.frames.pieces && { pieces: task.frames.pieces }),
  around: [...(session.frames.around ?? []), ...(task.frames.around ?? [])],
};
