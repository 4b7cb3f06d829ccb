/**
 * What the source's model no longer sees (an attempt that failed, what was taken back or condensed),
 * wherever in the session it is: no other agent's model is sent it, and it is back on the way home.
 */
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { writable } from "../../src/agents/registry.ts";
import type { Message } from "../../src/session/types.ts";
import { type Seen, see, textsOf } from "../support/conversion.ts";
import { type Fixture, fixtures } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { others, turnOf } from "../support/partners.ts";
import { thereAndBack, workAndBack } from "./laws.ts";

const root = temporaryFolder();
const folder = () => mkdtempSync(join(root, "law-"));

/** Messages that an event hides, and after which the model sees others. */
function hiddenIn({ entries, plan, leaf }: Seen): Message[] {
  return entries.flatMap((entry, n) =>
    entry.kind === "message" && n < leaf && plan.visibility(n) === "hidden" ? [entry] : [],
  );
}

/** Words that are nowhere else. */
function wordsOf({ live, ...seen }: Seen): string[] {
  const kept = live.flatMap(textsOf).join("\n");
  const texts = hiddenIn({ live, ...seen }).flatMap(textsOf);
  return texts.filter((text) => text.trim().length >= 8 && !kept.includes(text.trim()));
}

const told: { fixture: Fixture; words: string[] }[] = [];
const withHidden = new Set<string>();
for (const fixture of fixtures) {
  const seen = await see(fixture);
  if (seen.plan.header.id === "" || hiddenIn(seen).length === 0) continue;
  withHidden.add(fixture.agent.id);
  told.push({ fixture, words: wordsOf(seen) });
}

describe("what is hidden in the middle of a session", () => {
  it("is in recordings of several agents", () => {
    assert.ok(withHidden.size >= 4, [...withHidden].join());
    assert.ok(told.some(({ words }) => words.length > 0));
  });

  for (const { fixture, words } of told) {
    const all = others(fixture.agent);
    const targets = turnOf(fixture.agent, fixture.name);
    for (const through of targets.length > 0 ? targets : all.slice(0, 1)) {
      it(`${fixture.name}: through ${through.id}, not sent, and not lost`, async () => {
        const { there } = await thereAndBack(fixture, through, folder());
        const sent = (await see(there)).live.flatMap(textsOf).join("\n");
        for (const word of words) assert.ok(!sent.includes(word.trim()), word);
        if (writable.includes(fixture.agent))
          await workAndBack(fixture, through, folder(), { rounds: 1 });
      });
    }
  }
});
