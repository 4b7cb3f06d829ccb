/** Tables of refused requests: what a CLI recorded, and what is read of it. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { EventBody } from "../../src/session/types.ts";

/** What an event says, in one line: "limit quota session record 2026-11-30T14:00". */
export function brief(body: EventBody | null): string {
  if (body?.event !== "limit" && body?.event !== "error") return body?.event ?? "nothing";
  const { event, fault } = body;
  const resets = "resetsAt" in body && body.resetsAt !== undefined ? body.resetsAt : "";
  return [event, fault?.kind, fault?.scope, fault?.status, fault?.source, resets.slice(0, 16)]
    .filter((one) => one !== undefined && one !== "")
    .join(" ");
}

/** A Monday. */
export const AT = "2026-11-30T10:00:00.000Z";
export const NEVER = "never";

/** `from`: where the words are public. */
export type Row = readonly [from: string, words: string, expected: string];

/** As in `brief`, and "never" if the same request will not be answered later. */
export function told(body: EventBody | null): string {
  const fault = body && "fault" in body ? body.fault : undefined;
  return fault && !fault.retryable ? `${brief(body)} ${NEVER}` : brief(body);
}

export function check(rows: readonly Row[], read: (words: string) => EventBody | null): void {
  for (const [from, words, expected] of rows) {
    it(`${words.slice(0, 80)} (${from})`, () => assert.equal(told(read(words)), expected));
  }
}

/** Without a zone, it is the machine's own time. */
export function ownClock(...wall: [number, number, number, number, number?]): string {
  return new Date(...wall).toISOString().slice(0, 16);
}
