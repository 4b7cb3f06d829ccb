/** Rebuilds a source from the two files that a conversion has written, as the way back will. */
import { createHash } from "node:crypto";
import type { Agent } from "../../agents/types.ts";
import { SegueError } from "../../errors.ts";
import { Input } from "../../io/input.ts";
import { openCarry } from "../../lossless/carry.ts";
import { emptyHeader } from "../../session/header.ts";
import type { Plan } from "../../session/survey.ts";
import { restore } from "../restore.ts";

export interface Files {
  /** The source's agent, and the target's. */
  home: Agent;
  from: Agent;
  target: string;
  /** Where the target will be, if it was there before. */
  place?: string;
  /** The target's lines represent a document, if its first one says so. */
  framed: boolean;
  carry: string;
}

/** For a file that has just been written: anything that its carry does not know would show. */
const NOTHING_NEW: Plan = {
  header: emptyHeader(""),
  request: null,
  entries: 0,
  isEmpty: false,
  visibility: () => "live",
  compaction: null,
  keeps: new Map(),
  orphans: 0,
  parent: () => -1,
};

/** SHA-256 of the source as rebuilt from the two files; null if they do not give a source. */
export function rebuild({ home, from, target, framed, carry, place }: Files): string | null {
  const lines = new Input(target, undefined, target, framed);
  const bytes = new Input(carry);
  try {
    const hash = createHash("sha256");
    restore(lines.lines(), {
      from,
      home,
      ...(place === undefined ? {} : { place }),
      carry: openCarry(bytes),
      survey: { plan: NOTHING_NEW, oldEntries: 0, forkFrom: Number.POSITIVE_INFINITY },
      coder: null,
      write: (piece) => hash.update(piece),
      reasoning: "text",
    });
    return hash.digest("hex");
  } catch (error) {
    // An unreadable file is a different error.
    if (error instanceof SegueError) throw error;
    return null;
  } finally {
    lines.close();
    bytes.close();
  }
}
