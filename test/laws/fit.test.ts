/**
 * The laws, and what is promised beyond them, on sessions that are made to fit: the bound holds, the
 * newest turns stay, what they follow is a handoff entry, and all comes back.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agents, writable } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import type { Report } from "../../src/convert/report/report.ts";
import type { Fit } from "../../src/convert/survey/fit.ts";
import { fitTo } from "../../src/core/handover.ts";
import { tokenCounter } from "../../src/handoff/tokens.ts";
import type { Replaced } from "../../src/session/replaced.ts";
import type { Entry, Message, Part } from "../../src/session/types.ts";
import {
  convertFile,
  type File,
  opening,
  type Seen,
  see,
  shown,
  textsOf,
  turn,
  write,
} from "../support/conversion.ts";
import { fixtures } from "../support/fixtures.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import { inTurn, partners } from "../support/partners.ts";
import { thereAndBack, workAndBack } from "./laws.ts";

const root = temporaryFolder();
const folder = () => mkdtempSync(join(root, "fit-"));
const TURNS = 80;
const [FIRST] = agents;
assert.ok(FIRST);
const FIT = await fitTo(4000, FIRST);
const countTokens = await tokenCounter();

function session(agent: Agent, entries: readonly Entry[], seed = agent.id): File {
  const { writer, text } = opening(agent, seed);
  const path = join(folder(), "source.jsonl");
  writeFileSync(path, text + write(writer, entries));
  return { agent, path };
}

/** Turns without a call are shorter. */
function many({ takesTools }: Agent): number {
  return takesTools === false ? 8 * TURNS : TURNS;
}

function turns(agent: Agent, n = many(agent)): Message[] {
  return Array.from({ length: n }, (_, i) => turn(agent, `t${i}`)).flat();
}

/** A turn in which the agent does one thing after the other. */
function longTurn(agent: Agent, mark: string, steps: number): Message[] {
  const [request, call, result, answer] = turn(agent, mark);
  const works = Array.from({ length: steps }, (_, i) => {
    const [, doing, done] = turn(agent, `${mark}-${i}`);
    return [known(doing), known(done)];
  });
  return [known(request), known(call), known(result), ...works.flat(), known(answer)];
}

/** What a session would cost, counted anew from what its own reader sees in the file. */
function cost({ live }: Seen): number {
  return live.flatMap(({ parts }) => parts).reduce((sum, part) => sum + costOf(part), 0);
}

function costOf(part: Part): number {
  switch (part.kind) {
    case "text":
    case "reasoning":
      return countTokens(part.text);
    case "tool-call":
      return countTokens(part.name + JSON.stringify(part.input));
    case "tool-result":
      return part.content.reduce((sum, item) => sum + costOf(item), 0);
    case "image":
      return 1600;
    case "file":
      return (part.data ?? part.text ?? "").length;
    case "other":
      return countTokens(part.text);
    case "unread":
      return 0;
  }
}

/** The handoff entry is the first message, and the budget is kept; gives what follows the entry. */
async function fitsIn(there: File, { tokens }: Report, fit: Fit): Promise<Message[]> {
  const seen = await see(there);
  const [entry, ...rest] = seen.live;
  assert.equal(entry?.role, "user");
  assert.ok(cost(seen) <= tokens.estimate, "less was counted than there is");
  assert.ok(tokens.estimate <= fit.limit && fit.limit < fit.window, "the bound");
  assert.equal(tokens.window, fit.window);
  assert.equal(seen.plan.compaction, null);
  paired(rest);
  return rest;
}

/** Each call is followed by its result, and each result follows its call. */
function paired(messages: readonly Message[]): void {
  const open = new Set<string>();
  for (const { parts } of messages) {
    for (const part of parts) {
      if (part.kind === "tool-call") open.add(part.callId);
      if (part.kind === "tool-result") assert.ok(open.delete(part.callId), "a result alone");
    }
  }
  assert.deepEqual([...open], [], "calls without a result");
}

function lost({ losses }: Report, wanted: string): number {
  return losses.find(({ code }) => code === wanted)?.count ?? 0;
}

function isSpoken(entry: Entry): boolean {
  return entry.kind === "message" && !entry.scaffold && entry.role !== "system";
}

function asks(entry: Entry, mark: string): boolean {
  return isSpoken(entry) && entry.kind === "message" && textsOf(entry)[0] === `question ${mark} 🐢`;
}

async function entryOf(there: File): Promise<string> {
  const { live } = await see(there);
  return textsOf(known(live[0])).join("\n");
}

for (const [at, agent] of writable.entries()) {
  // In its own form, or in another's: the agents take turns.
  const targets = [agent, ...partners(agent).slice(0, 1)];
  for (const through of inTurn(at % 2 === 0 ? targets : targets.toReversed(), 2)) {
    describe(`${agent.id} to ${through.id}`, () => {
      it("old turns are replaced, whole ones, and come back", async () => {
        const source = session(agent, turns(agent));
        const { there, done } = await thereAndBack(source, through, folder(), { fit: FIT });
        const rest = await fitsIn(there, done, FIT);
        assert.equal(rest[0]?.role, "user", "the cut is on a turn's boundary");
        const first = Number(/question t(\d+) /.exec(known(rest.flatMap(textsOf)[0]))?.[1]);
        assert.ok(first > 10 && first < many(agent) - 10, `from turn ${first} on`);
        const kept = Array.from({ length: many(agent) - first }, (_, i) => `t${first + i}`);
        const said = kept.flatMap((mark) => shown(agent, through, mark));
        assert.deepEqual(rest.flatMap(textsOf), said);
        const { entries } = await see(source);
        const before = entries.findIndex((entry) => asks(entry, `t${first}`));
        const older = entries.slice(0, before).filter(isSpoken).length;
        assert.equal(lost(done, "fitted-carried"), older);
        const entry = await entryOf(there);
        assert.match(entry, /^> question t0 🐢$/m);
        assert.match(entry, new RegExp(`^> question t${first - 1} 🐢$`, "m"));
        assert.match(entry, new RegExp(`segue show \\S+ --range 1-${older}\``));
        assert.doesNotMatch(entry, /^question/m, "what was said is quoted");
      });

      it("law 3: there, work, and back, again and again", async () => {
        await workAndBack(session(agent, turns(agent)), through, folder(), { fit: FIT, rounds: 2 });
      });

      // Without tools, a turn is a request and an answer.
      if (agent.takesTools !== false)
        it("a newest turn that is too long is cut after a result", async () => {
          const entries = [...turns(agent, 3), ...longTurn(agent, "long", 120)];
          const source = session(agent, entries);
          const { there, done } = await thereAndBack(source, through, folder(), { fit: FIT });
          const rest = await fitsIn(there, done, FIT);
          assert.equal(rest[0]?.role, "assistant");
          assert.equal(rest.flatMap(textsOf).at(-1), "answer long");
          assert.ok(rest.length > 20);
          const entry = await entryOf(there);
          assert.match(entry, /still being worked on/);
          assert.match(entry, /^\[\d+\]\n> question long 🐢$/m);
          assert.match(entry, /^> question t0 🐢$/m);
        });

      // A history that only grows has no compaction.
      if (agent.text === undefined)
        it("the summary of a compaction is handed off, too", async () => {
          const place = { id: "c", parentId: null, time: "2026-11-22T09:00:00.000Z" } as const;
          const summary = "SUMMARY of all before";
          const source = session(agent, [
            ...turns(agent, 2),
            { kind: "event", ...place, event: "compaction", summary, tokens: 1000 },
            ...turns(agent),
          ]);
          const { there, done } = await thereAndBack(source, through, folder(), { fit: FIT });
          await fitsIn(there, done, FIT);
          assert.match(await entryOf(there), /^> .*SUMMARY of all before/m);
        });

      it("what fits already stays as it is", async () => {
        const source = session(agent, turns(agent, 5));
        const there = { agent: through, path: join(folder(), "there.jsonl") };
        const plain = { agent: through, path: join(folder(), "plain.jsonl") };
        const done = await convertFile(source, there, { fit: FIT });
        await convertFile(source, plain);
        assert.ok(readFileSync(there.path).equals(readFileSync(plain.path)));
        assert.equal(lost(done, "fitted-carried"), 0);
      });

      it("what can never fit is refused, with what would do", async () => {
        const [request, ...more] = turn(agent, "t");
        const text = "word ".repeat(5000);
        const huge: Message = { ...known(request), parts: [{ kind: "text", text }] };
        const source = session(agent, [...turns(agent, 2), huge]);
        const there = { agent: through, path: join(folder(), "there.jsonl") };
        await assert.rejects(convertFile(source, there, { fit: FIT }), {
          kind: "usage",
          hint: "it fits with --fit 8k",
        });
        await convertFile(source, there, { fit: await fitTo(8000, FIRST) });
        assert.equal(more.length, turn(agent, "t").length - 1);
      });
    });
  }
}

/** Room for the short entry. */
const LEAST = 40;

/** A fit of so many tokens, with an entry that is short: for recordings, which are. */
function short(limit: number): Fit {
  return { window: limit + 1, limit, count: countTokens, write: () => "Handoff." };
}

describe("recordings", () => {
  const recorded = fixtures.filter(({ name }) => !name.startsWith("hostile/"));
  for (const [at, source] of inTurn([...recorded.entries()], 2)) {
    it(source.name, async () => {
      const seen = await see(source);
      // Of these there is nothing to cut.
      if (seen.plan.header.id === "" || seen.live.length < 4) return;
      const through = known(partners(source.agent)[0]);
      // A cut early, in the middle or late: by turns.
      const share = [0.75, 0.5, 0.25][at % 3] ?? 0.5;
      const there = { agent: through, path: join(folder(), "there.jsonl") };
      const all = await convertFile(source, there, { fit: short(1e9) });
      // All of it is less than the least that is tried.
      if (all.tokens.estimate <= LEAST) return;
      const fit = short(Math.max(LEAST, Math.ceil(all.tokens.estimate * share)));
      const outcome = await thereAndBack(source, through, folder(), { fit }).catch(refusal);
      if (outcome) await fitsIn(outcome.there, outcome.done, fit);
    });
  }
});

/** A single message may be more than the share that is tried. */
function refusal(error: unknown): null {
  if (error instanceof Error && /the newest message alone/.test(error.message)) return null;
  throw error;
}

describe("the handoff entry", () => {
  const said = (role: "user" | "assistant", text: string, n: number): Entry => ({
    kind: "message",
    id: `m${n}`,
    parentId: null,
    time: null,
    role,
    parts: [{ kind: "text", text }],
  });
  const replaced = (texts: readonly string[], budget: number): Replaced => ({
    header: { ...known(agents[0]).reader().header(), agent: "pi", id: "0123", title: "A title" },
    entries: texts.map((text, n) => ({
      entry: said(n % 2 === 0 ? "user" : "assistant", text, n),
      number: n + 1,
    })),
    midTurn: false,
    budget,
  });

  for (const budget of [796, 1000, 8000]) {
    for (const [what, text] of [
      ["short texts", "hello"],
      ["long ones", "some more words, ".repeat(3000)],
      ["texts without a space", "=".repeat(50_000)],
      ["texts of many lines", "a\n".repeat(20_000)],
      ["letters of four bytes", "🐢𝕏".repeat(10_000)],
      ["special tokens", "<|endoftext|><|im_start|>".repeat(500)],
    ] as const) {
      it(`is within ${budget} tokens: ${what}`, () => {
        const texts = Array.from({ length: 40 }, (_, n) => `m${n}: ${text}`);
        const entry = FIT.write(replaced(texts, budget));
        assert.ok(countTokens(entry) <= budget, `${countTokens(entry)}`);
        assert.match(entry, /^> m0: /m, "the first request");
        assert.match(entry, /^> m38: /m, "the newest");
        assert.ok(entry.isWellFormed());
      });
    }
  }

  it("quotes every line, so that no old words pose as new ones", () => {
    const entry = FIT.write(replaced(["one\n# two\r\n\u2028three", "four"], 8000));
    assert.match(entry, /\n> one\n> # two\n>\n> three\n/);
  });
});
