/** What is read of every refused request that an agent's CLI recorded. */
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Entry, EventBody, Fault } from "../../../src/session/types.ts";
import { see, workOn } from "../../support/conversion.ts";
import { type Fixture, fixtures } from "../../support/fixtures.ts";
import { temporaryFolder } from "../../support/folder.ts";

type Refusal = EventBody & { event: "limit" | "error" };
type Expected = [
  kind: Fault["kind"],
  scope: Fault["scope"] | "",
  status: number,
  from: Fault["source"],
];

const NONE = 0;

/** By the beginning of its path; the last event of the session. null: its store has nothing of it. */
const RECORDED: Record<string, (Partial<Record<"resetsAt", string>> & { is: Expected }) | null> = {
  "claude-code/limit-429": { is: ["rate", "", 429, "record"] },
  "codex/limit-429": {
    is: ["quota", "session", NONE, "record"],
    resetsAt: "2026-11-21T22:26:40.000Z",
  },
  "pi/rate-limit": { is: ["rate", "", 429, "text"] },
  "qwen/ratelimit-429-final": { is: ["quota", "credits", 429, "record"] },
  "copilot/limit-429": { is: ["rate", "", 429, "record"] },
  "gemini/limit-429": { is: ["quota", "daily", NONE, "text"] },
  "opencode/limit-429": { is: ["rate", "", 429, "record"], resetsAt: "2026-11-21T09:18:22.263Z" },
  "droid/limit-429": { is: ["rate", "", 429, "record"] },
  "droid/quota": { is: ["quota", "credits", 402, "record"] },
  "cline/limit-429": { is: ["rate", "", NONE, "text"] },
  "cline/quota": { is: ["quota", "credits", NONE, "text"] },
  "kimi/limit-429": { is: ["rate", "", 429, "record"], resetsAt: "2026-11-29T10:32:01.309Z" },
  "kimi/quota": { is: ["quota", "credits", 429, "record"] },
  "openclaw/error-401": { is: ["auth", "", 401, "record"] },
  "openclaw/limit-429": { is: ["rate", "", 429, "record"], resetsAt: "2026-11-30T00:56:27.821Z" },
  "openclaw/quota": { is: ["quota", "credits", 402, "record"] },
  "grok/limit-429": { is: ["quota", "credits", 429, "text"] },
  "grok/lines/limit-429": { is: ["quota", "credits", 429, "text"] },
  "crush/limit-429": { is: ["rate", "", 429, "record"] },
  "crush/quota": { is: ["quota", "credits", 400, "text"] },
  "vibe/lines/quota-402": { is: ["quota", "credits", 402, "record"] },
  "openhands/limit-429": { is: ["quota", "credits", NONE, "record"] },
  "openhands/quota": { is: ["quota", "credits", NONE, "text"] },
  "aider/limit-429": { is: ["rate", "", NONE, "text"] },
  "aider/quota": { is: ["quota", "credits", NONE, "text"] },
  "omp/limit-429": { is: ["rate", "", 429, "record"], resetsAt: "2026-11-29T21:52:02.818Z" },
  "omp/quota": { is: ["quota", "credits", 429, "record"] },
  "nanocoder/limit-429": { is: ["rate", "", NONE, "text"] },
  "nanocoder/quota-402": { is: ["quota", "credits", 402, "text"] },
  "gptme/limit-429": { is: ["rate", "", 429, "record"] },
  "gptme/quota": { is: ["quota", "credits", 402, "text"] },
  "deepagents/limit-429": { is: ["rate", "", 429, "text"] },
  "deepagents/quota-402": { is: ["quota", "credits", 400, "text"] },
  "auggie/quota": null,
  "goose/limit-429": null,
  "goose/quota": null,
  "hermes/limit-429": null,
  "hermes/quota-402": null,
  "kimi-cli/limit-429": null,
  "kimi-cli/quota": null,
  "kimi-cli/quota-403": null,
  "mastracode/limit-429": null,
  "mastracode/quota": null,
  "vibe/lines/limit-429": null,
};

/** In Grok's folders, only one of the two files has the notifications. */
const isOther = ({ name }: Fixture): boolean => name.endsWith("/chat_history.jsonl");

const isRefusal = (entry: Entry): boolean =>
  entry.kind === "event" && (entry.event === "limit" || entry.event === "error");

async function refusals(fixture: Fixture): Promise<(Refusal & { time: string | null })[]> {
  const { entries } = await see(fixture);
  return entries.flatMap((entry) =>
    entry.kind === "event" && (entry.event === "limit" || entry.event === "error") ? [entry] : [],
  );
}

describe("recorded refusals", () => {
  const named = fixtures.filter(
    (one) => /\/(?:limit-429|quota|rate-?limit|error-401)/.test(one.name) && !isOther(one),
  );

  it("are all in the table", () => {
    const missing = named.filter(({ name }) => expectedOf(name) === undefined);
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
    );
    assert.ok(named.length >= Object.keys(RECORDED).length);
  });

  for (const fixture of named) {
    it(fixture.name, async () => {
      const expected = expectedOf(fixture.name);
      const last = (await refusals(fixture)).at(-1);
      if (expected === null || expected === undefined) {
        assert.equal(last, undefined);
        return;
      }
      const [kind, scope, status, source] = expected.is;
      assert.ok(last?.fault, "the refusal says why");
      assert.deepEqual(
        { ...last.fault },
        {
          kind,
          ...(scope === "" || scope === undefined ? {} : { scope }),
          ...(status === NONE ? {} : { status }),
          retryable: kind === "rate" || (kind === "quota" && scope !== "credits"),
          source,
        },
      );
      assert.equal(last.event, kind === "auth" ? "error" : "limit");
      assert.equal("resetsAt" in last ? last.resetsAt : undefined, expected.resetsAt);
    });
  }
});

/** An answer that came: what shows that an agent is free again. */
const isClean = (entry: Entry): boolean =>
  entry.kind === "message" &&
  entry.role === "assistant" &&
  entry.parts.length > 0 &&
  entry.stop !== "error" &&
  entry.stop !== "aborted";

describe("after a refusal", () => {
  const folder = temporaryFolder();
  const refused = fixtures.filter(
    (one) => (expectedOf(one.name) ?? null) !== null && !isOther(one),
  );

  for (const { agent, name, path } of refused) {
    it(`in ${name}, the next answer is the first that is clean`, async () => {
      const file = { agent, path: join(folder, name.replaceAll("/", "-")) };
      copyFileSync(path, file.path);
      const lasts = async (): Promise<number[]> => {
        const { entries } = await see(file);
        return [entries.findLastIndex(isRefusal), entries.findLastIndex(isClean)];
      };
      const [refusal = -1, answer = -1] = await lasts();
      // Kimi Code's third try was answered while this was recorded.
      const wentOn = name.startsWith("kimi/limit-429");
      assert.equal(refusal > answer, !wentOn, "what was answered after the refusal");
      workOn(file, "again");
      const [still = -1, later = -1] = await lasts();
      assert.equal(still, refusal);
      assert.ok(later > refusal, "the answer follows it");
    });
  }
});

function expectedOf(name: string): (typeof RECORDED)[string] | undefined {
  const found = Object.keys(RECORDED).find((start) => new RegExp(`^${start}[/.]`).test(name));
  return found === undefined ? undefined : RECORDED[found];
}
