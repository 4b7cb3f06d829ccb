/**
 * When other agents did the work of a session, according to Segue's journal. Their answers say nothing
 * about the account of the agent that the session is stored in, and they have been paid elsewhere.
 */
import type { Write } from "../io/journal.ts";

/** Milliseconds since the epoch: after `from`, up to and including `to`. */
export type Span = readonly [from: number, to: number];

/** By `sessionKey`. */
export type Foreign = ReadonlyMap<string, readonly Span[]>;

interface Named {
  agent: string;
  profile?: string | null;
  id: string;
}

/** No profile has the name of an agent. */
export function sessionKey({ agent, profile, id }: Named): string {
  return `${profile ?? agent}:${id}`;
}

/** `writes`: in order. */
export function foreignIn(writes: readonly Write[]): Foreign {
  const all = new Map<string, Span[]>();
  /** When a session was last handed over to another agent. */
  const left = new Map<string, number>();
  for (const { source, target, action, time } of writes) {
    const [key, at] = [sessionKey(target), Date.parse(time)];
    if (sessionKey(source) !== key) left.set(sessionKey(source), at);
    // What it was made of came before; what was added, since it was handed over.
    const from = action === "create" ? Number.NEGATIVE_INFINITY : (left.get(key) ?? at);
    const spans = all.get(key);
    if (spans) spans.push([from, at]);
    else all.set(key, [[from, at]]);
  }
  return all;
}

export function isIn(time: number, spans: readonly Span[]): boolean {
  return spans.some(([from, to]) => time > from && time <= to);
}
