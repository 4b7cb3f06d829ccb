/** What a CLI is given whose parser refuses half of a surrogate pair. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readable } from "../../../src/convert/project/readable.ts";
import type { Entry, Part } from "../../../src/session/types.ts";

const HALF = "half \ud83d here";
const WHOLE = "half \ufffd here";

function repaired(entry: Entry): { entry: Entry; count: number } {
  let count = 0;
  const now = readable(entry, (more) => {
    count += more;
  });
  return { entry: now, count };
}

function said(...parts: Part[]): Entry {
  return { kind: "message", id: "1", parentId: null, time: null, role: "assistant", parts };
}

describe("halves of surrogate pairs", () => {
  it("are replaced wherever a model would read them, and counted", () => {
    const text = (words: string) => ({ kind: "text", text: words }) as const;
    const call = (words: string): Part => ({
      kind: "tool-call",
      callId: "c",
      name: "x",
      input: { [words]: [words] },
      use: null,
    });
    const result = (words: string) =>
      ({ kind: "tool-result", callId: "c", isError: false, content: [text(words)] }) as const;
    const parts = (words: string): Part[] => [
      text(words),
      { kind: "reasoning", text: words },
      call(words),
      { ...result(words), content: [text(words)] },
    ];
    const { entry, count } = repaired(said(...parts(HALF)));
    assert.deepEqual(entry, said(...parts(WHOLE)));
    assert.equal(count, 5);
  });

  it("are replaced in a summary, and in what is told again after it", () => {
    const event = {
      kind: "event",
      id: "1",
      parentId: null,
      time: null,
      event: "compaction",
    } as const;
    const kept = said({ kind: "text", text: HALF });
    const { entry, count } = repaired({
      ...event,
      summary: HALF,
      kept: kept.kind === "message" ? [kept] : [],
    });
    assert.ok(JSON.stringify(entry).isWellFormed() && count === 2);
    assert.doesNotMatch(JSON.stringify(entry), /\\ud83d/);
  });

  it("leave everything else as it is", () => {
    const whole = said({ kind: "text", text: "a whole 🎉 pair" });
    assert.deepEqual(repaired(whole), { entry: whole, count: 0 });
  });
});
