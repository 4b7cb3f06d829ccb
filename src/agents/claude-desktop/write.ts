/** Predicts Claude Code's lines, so that little of them has to be kept. No session is ever written for the app. */
import type { Writer, WriterOptions } from "../../session/codec.ts";
import type { Entry, Header, Json } from "../../session/types.ts";
import { writer as claudeWriter } from "../shared/claude/write.ts";
import { DESKTOP } from "./dialect.ts";
import { sessionIn } from "./records.ts";

export function writer(options: WriterOptions): Writer {
  return new DesktopWriter(options);
}

class DesktopWriter implements Writer {
  readonly #claude: Writer;

  constructor(options: WriterOptions) {
    this.#claude = claudeWriter(DESKTOP, options);
  }

  begin(header: Header): void {
    this.#claude.begin?.(header);
  }

  predict(entry: Entry): Json[] {
    const isStart = entry.kind === "event" && entry.event === "start";
    return isStart ? [] : this.#claude.predict(entry);
  }

  commit(record: Json): void {
    if (sessionIn(record) === null) this.#claude.commit(record);
  }

  end(): Json[] {
    return this.#claude.end();
  }

  kind(record: Json): string {
    return sessionIn(record) === null ? this.#claude.kind(record) : "session";
  }

  key(record: Json): string {
    return sessionIn(record) === null ? this.#claude.key(record) : "";
  }

  mark(): string {
    return this.#claude.mark();
  }

  rewind(mark: string, turns: number): Json[] {
    return this.#claude.rewind(mark, turns);
  }
}
