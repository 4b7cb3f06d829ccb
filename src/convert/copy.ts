/** Copies a session within its own agent, possibly to another folder. */
import { createHash } from "node:crypto";
import type { Agent } from "../agents/types.ts";
import type { Output } from "../io/output.ts";
import { Feed } from "../lossless/feed.ts";
import type { Line } from "../lossless/lines.ts";
import { isLine, type Restored, ScriptReader, ScriptWriter } from "../lossless/script.ts";
import { Relocation } from "../session/relocate.ts";
import type { Entry } from "../session/types.ts";
import { homeWriter } from "./carry/units.ts";
import { type Conversion, type Converted, follow } from "./conversion.ts";
import { NO_COUNTS } from "./project/counts.ts";
import { LossReport } from "./report/losses.ts";

/**
 * Even within its own agent, the session goes through the session model, so that the copy proves
 * law 1.
 */
export function copy({ source, target, survey, cwd }: Conversion): Converted {
  const { agent, input } = source;
  const { header } = survey.plan;
  const feed = new Feed(agent);
  const recoded = recoder(agent);
  const out = new CopyOut(target.out, Relocation.between(header.cwd, cwd));
  const seen = follow(input, (line) => {
    out.line(recoded(line, feed.entries(line)) ?? asItStands(line));
  });
  const sha256 = out.end(input.open);
  target.out.sync();
  return {
    how: "copied",
    id: header.id,
    sourceId: header.id,
    header: out.relocation && cwd !== undefined ? { ...header, cwd } : header,
    records: seen.lines,
    document: input.framed,
    counts: NO_COUNTS,
    tokens: 0,
    window: null,
    losses: out.losses.list(),
    source: seen,
    added: 0,
    stale: 0,
    verified: sha256 === seen.sha256,
  };
}

/** A line as the model reproduces it; null if that is not the original line, from there on. */
function recoder(agent: Agent): (line: Line, entries: readonly Entry[]) => Restored | null {
  const make = homeWriter(agent, "copy");
  const writer = new ScriptWriter(make);
  const script = new ScriptReader(make);
  let broken = false;
  return (line, entries) => {
    if (broken) return null;
    try {
      const ops = writer.encode([line], entries).map(({ op }) => op);
      const [restored] = script.decode(ops, entries);
      if (restored && isLine(restored.content, line)) return restored;
    } catch {
      // As below.
    }
    broken = true;
    return null;
  };
}

function asItStands({ text, bytes, value }: Line): Restored {
  return { content: bytes ?? text, value };
}

/** Writes lines that went through the model: unchanged, or for another folder. */
class CopyOut {
  readonly #out: Output;
  readonly #hash = createHash("sha256");
  readonly relocation: Relocation | null;
  readonly losses = new LossReport();
  #lines = 0;

  constructor(out: Output, relocation: Relocation | null) {
    this.#out = out;
    this.relocation = relocation;
  }

  line({ content, value }: Restored): void {
    if (this.#lines > 0) this.#newline();
    this.#hash.update(content);
    this.#out.write(
      typeof content === "string" && value !== undefined ? this.#relocated(content) : content,
    );
    this.#lines++;
  }

  #relocated(text: string): string {
    const relocated = this.relocation?.text(text) ?? text;
    const count = this.relocation?.take() ?? 0;
    if (count > 0) this.losses.add("path-relocated", this.#lines, count);
    return relocated;
  }

  #newline(): void {
    this.#hash.update(NEWLINE);
    this.#out.write(NEWLINE);
  }

  /** The digest of the lines before anything in them was relocated. */
  end(open: boolean): string {
    if (this.#lines > 0 && !open) this.#newline();
    return this.#hash.digest("hex");
  }
}

const NEWLINE = "\n";
