/**
 * People and models talk about limits: what they say, and what tools print, is never a signal. In every
 * agent's session, a conversation with all the words that the rules know has no limit and no error.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pi } from "../../src/agents/pi/index.ts";
import { agents, writable } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import type { Entry, Part } from "../../src/session/types.ts";
import { convertFile, opening, see, write } from "../support/conversion.ts";
import { call, event, message, result } from "../support/entries.ts";
import { type Fixture, fixtures } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { PHRASES } from "../support/limit-words.ts";

/** Each alone, as a whole text; and all in one. */
const SAID = [...PHRASES, PHRASES.join("\n")];

const at = (n: number): string => new Date(Date.UTC(2026, 10, 30) + n * 1000).toISOString();

/** Each is said by the user, and by the model, and printed by a command that failed. */
function talk(agent: Agent, before: Entry[] = []): Entry[] {
  const use = { tool: "execute", command: "cat limits.log" } as const;
  const native = agent.tools.toNative(use);
  const said = SAID.flatMap((text, n): Entry[] => {
    const more = { name: native?.name ?? "bash", input: native?.input ?? {}, use };
    const asked = message(`u${n}`, null, "user", [text], { time: at(4 * n) });
    const end = message(`e${n}`, null, "assistant", [text], { time: at(4 * n + 3), stop: "end" });
    if (agent.takesTools === false || native === null) return [asked, end];
    const callId = `call_${n}`;
    return [
      asked,
      message(`a${n}`, null, "assistant", [text, call(callId, more.name, more)], {
        time: at(4 * n + 1),
        stop: "tool",
      }),
      message(
        `r${n}`,
        null,
        "tool",
        [result(callId, text, { isError: n % 2 === 0, exitCode: n % 2 })],
        {
          time: at(4 * n + 2),
        },
      ),
      end,
    ];
  });
  let last: string | null = null;
  return [...before, ...said].map((entry) => {
    const linked = { ...entry, parentId: last };
    last = entry.id;
    return linked;
  });
}

/** What was said about limits before is what the summary is about; and the model thinks of them. */
function summarised(): Entry[] {
  const summary = `What was said so far:\n${PHRASES.join("\n")}`;
  const thought = { kind: "reasoning", text: PHRASES.join("\n") } as const;
  return [
    message("before", null, "user", [PHRASES.join("\n")], { time: at(-9) }),
    message("thought", null, "assistant", [thought, "Limits."], { time: at(-8), stop: "end" }),
    { ...event("summary", null, { event: "compaction", summary, tokens: 9000 }), time: at(-7) },
  ];
}

async function signalsIn(agent: Agent, path: string): Promise<string[]> {
  const { entries, live } = await see({ agent, path });
  assert.ok(live.length >= SAID.length, "what was said is there");
  return entries.flatMap(signalOf);
}

function signalOf(entry: Entry): string[] {
  const isOne = entry.kind === "event" && (entry.event === "limit" || entry.event === "error");
  return isOne ? [`${entry.event}: ${entry.text}`] : [];
}

describe("a conversation about limits", () => {
  const folder = temporaryFolder();
  const source = { agent: pi, path: join(folder, "source.jsonl") };
  const { writer, text } = opening(pi, "about limits");
  writeFileSync(source.path, text + write(writer, talk(pi, summarised())));

  for (const agent of writable) {
    it(`has no limit in ${agent.id}`, async () => {
      const own = join(folder, `own-${agent.id}.jsonl`);
      const opened = opening(agent, "about limits");
      writeFileSync(own, opened.text + write(opened.writer, talk(agent)));
      assert.deepEqual(await signalsIn(agent, own), []);
      if (agent === pi) return;
      const there = join(folder, `there-${agent.id}.jsonl`);
      await convertFile(source, { agent, path: there });
      assert.deepEqual(await signalsIn(agent, there), []);
    });
  }
});

/** In the agents' own records: what was said, thought, printed and summed up in a recording. */
async function saidIn(fixture: Fixture): Promise<{ said: string[]; signals: string[] }> {
  const { entries } = await see(fixture);
  const said = entries.flatMap((entry) => {
    if (entry.kind === "message") return entry.scaffold ? [] : entry.parts.flatMap(textsIn);
    return entry.event === "compaction" ? [entry.summary] : [];
  });
  return { said: [...new Set(said)], signals: entries.flatMap(signalOf) };
}

function textsIn(part: Part): string[] {
  if (part.kind === "text" || part.kind === "reasoning") return [part.text];
  return part.kind === "tool-result" ? part.content.flatMap(textsIn) : [];
}

/** As a string of JSON, so many times; 0: as it is. */
const spelled = (text: string, times: number): string =>
  times === 0 ? text : JSON.stringify(spelled(text, times - 1)).slice(1, -1);

/** The recording's bytes, with other words: each is replaced wherever it stands, in whatever spelling. */
function reworded(raw: string, said: readonly string[], from: number): string {
  const longestFirst = said.filter((text) => text.length >= 4).sort((a, b) => b.length - a.length);
  return longestFirst.reduce((text, old, n) => {
    const times = [1, 2, 0].find((one) => text.includes(spelled(old, one)));
    const phrase = PHRASES[(from + 7 * n) % PHRASES.length] ?? "";
    return times === undefined
      ? text
      : text.replaceAll(spelled(old, times), () => spelled(phrase, times));
  }, raw);
}

/** Where the form itself is damaged, Aider cannot tell its own lines from a model's either. */
const isDamaged = ({ name }: Fixture): boolean => name.startsWith("hostile/aider-");

describe("a recording whose words are about limits", () => {
  const folder = temporaryFolder();
  for (const agent of agents) {
    const own = fixtures.filter((one) => one.agent === agent && !isDamaged(one));
    it(`has no more limits than before in ${agent.id}`, async () => {
      let changed = 0;
      for (const [n, fixture] of own.entries()) {
        const { said, signals } = await saidIn(fixture);
        const raw = readFileSync(fixture.path, "utf8");
        for (const from of [n, n + 3, n + 11]) {
          const text = reworded(raw, said, from);
          const path = join(folder, `${from}-${fixture.name.replaceAll("/", "-")}`);
          writeFileSync(path, text);
          if (text !== raw) changed++;
          const { entries } = await see({ agent, path });
          const more = entries.flatMap(signalOf).filter((one) => !signals.includes(one));
          // Where a signal was, its own words may have been replaced.
          assert.ok(more.length <= signals.length, `${fixture.name}: ${more[0]}`);
        }
      }
      assert.ok(changed > 0, "words were replaced");
    });
  }
});
