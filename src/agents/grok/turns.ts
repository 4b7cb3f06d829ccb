/**
 * The order of the lines of both files. Each turn of the user's begins with its prompt among the
 * notifications; then come its items, and then what else was notified in it. So a turn that is added
 * to both files comes after all lines that were there. After a compaction, what was notified before
 * the first turn that the model still sees stands before everything: the conversation so far.
 * Otherwise the first item does, as the notifications only say again what the items say.
 */
import { parseValue } from "../../lossless/json-text.ts";
import { number } from "../../session/json.ts";
import { isSummary } from "./compaction.ts";
import { continuedIn, promptOf, type Stored, unwrap } from "./records.ts";

interface Turn {
  /** Number of the prompt; what comes before the first has none. */
  prompt: number;
  lines: string[];
  /** Of notifications: they belong to what comes after so many items of the turn. */
  after?: number;
}

export function inOrder(items: readonly string[], notices: readonly string[]): string[] {
  const turns = turnsOf(items);
  const told = liveTurns(notices);
  const first = turns.find(({ prompt }) => prompt >= 0)?.prompt ?? Number.POSITIVE_INFINITY;
  const ordered = isCompacted(items) ? [] : (turns[0]?.lines.slice(0, 1) ?? []);
  let at = 0;
  const tell = (until: (turn: Turn) => boolean): void => {
    for (let next = told[at]; next && !until(next); next = told[++at]) ordered.push(...next.lines);
  };
  for (const [n, { prompt, lines }] of turns.entries()) {
    let done = n === 0 ? ordered.length : 0;
    tell((turn) => turn.prompt >= (prompt < 0 ? first : prompt));
    const next = told[at];
    // Without an item before it, it would be all that there is of the conversation.
    const opening = next?.prompt === prompt && turns[0]?.prompt !== prompt ? openingOf(next) : 0;
    if (next && opening > 0) ordered.push(...next.lines.splice(0, opening));
    for (const more of told.slice(at)) {
      if (more.prompt !== prompt || more.after === undefined) continue;
      ordered.push(...lines.slice(done, more.after));
      done = Math.max(done, more.after);
      tell((turn) => turn === more);
      ordered.push(...more.lines.splice(0, 1));
    }
    ordered.push(...lines.slice(done));
  }
  tell(() => false);
  return ordered;
}

/** Do the items begin with what a compaction left: words of the user's, then a summary? */
function isCompacted(items: readonly string[]): boolean {
  for (const line of items) {
    const stored = storedIn(line);
    if (stored.kind !== "item" || stored.type !== "user" || promptOf(stored) !== undefined) break;
    if (isSummary(stored.item)) return true;
  }
  return false;
}

function turnsOf(items: readonly string[]): Turn[] {
  const turns: Turn[] = [];
  for (const line of items) {
    const prompt = promptOf(storedIn(line));
    const last = turns.at(-1);
    if (prompt !== undefined) turns.push({ prompt, lines: [line] });
    else if (last) last.lines.push(line);
    else turns.push({ prompt: -1, lines: [line] });
  }
  return turns;
}

/** What belongs to turns that the user took back goes with the turn before them. */
function liveTurns(notices: readonly string[]): Turn[] {
  const turns: Turn[] = [{ prompt: -1, lines: [] }];
  const backTo = (prompt: number): void => {
    const taken = turns.splice(turns.findIndex((turn) => turn.prompt >= prompt) >>> 0);
    turns.at(-1)?.lines.push(...taken.flatMap(({ lines }) => lines));
  };
  for (const line of notices) {
    const stored = storedIn(line);
    const prompt = promptOf(stored);
    const target = rewindOf(stored);
    if (target !== undefined) backTo(Math.max(0, target));
    if (prompt !== undefined && prompt >= 0 && prompt !== turns.at(-1)?.prompt) {
      backTo(prompt);
      turns.push({ prompt, lines: [] });
    }
    const continued = continuedIn(stored);
    if (continued) turns.push({ ...continued, lines: [] });
    turns.at(-1)?.lines.push(line);
  }
  return turns;
}

function rewindOf(stored: Stored): number | undefined {
  if (stored.kind !== "update" || stored.type !== "rewind_marker") return undefined;
  return number(stored.update.target_prompt_index);
}

/** How many lines of a turn are its prompt. */
function openingOf({ prompt, lines }: Turn): number {
  const end = lines.findIndex((line) => promptOf(storedIn(line)) !== prompt);
  return end < 0 ? lines.length : end;
}

function storedIn(line: string): Stored {
  return unwrap(parseValue(line) ?? null);
}
