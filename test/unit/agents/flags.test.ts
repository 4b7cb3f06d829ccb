/** Flags of one agent in terms of another: what is said stays said, and nothing more is permitted. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { flags as aider } from "../../../src/agents/aider/flags.ts";
import { flags as auggie } from "../../../src/agents/auggie/flags.ts";
import { flags as claude } from "../../../src/agents/claude-code/flags.ts";
import { flags as codex } from "../../../src/agents/codex/flags.ts";
import { flags as copilot } from "../../../src/agents/copilot/flags.ts";
import { flags as crush } from "../../../src/agents/crush/flags.ts";
import { flags as cursor } from "../../../src/agents/cursor/flags.ts";
import { flags as deepagents } from "../../../src/agents/deepagents/flags.ts";
import { flags as droid } from "../../../src/agents/droid/flags.ts";
import { flags as gemini } from "../../../src/agents/gemini/flags.ts";
import { flags as goose } from "../../../src/agents/goose/flags.ts";
import { flags as gptme } from "../../../src/agents/gptme/flags.ts";
import { flags as grok } from "../../../src/agents/grok/flags.ts";
import { flags as hermes } from "../../../src/agents/hermes/flags.ts";
import { flags as kilo } from "../../../src/agents/kilo/flags.ts";
import { flags as kimi } from "../../../src/agents/kimi/flags.ts";
import { flags as kimiCli } from "../../../src/agents/kimi-cli/flags.ts";
import { flags as mastracode } from "../../../src/agents/mastracode/flags.ts";
import { flags as nanocoder } from "../../../src/agents/nanocoder/flags.ts";
import { flags as omp } from "../../../src/agents/omp/flags.ts";
import { flags as openclaw } from "../../../src/agents/openclaw/flags.ts";
import { flags as opencode } from "../../../src/agents/opencode/flags.ts";
import { flags as openhands } from "../../../src/agents/openhands/flags.ts";
import { flags as pi } from "../../../src/agents/pi/flags.ts";
import { flags as qoder } from "../../../src/agents/qoder/flags.ts";
import { flags as qwen } from "../../../src/agents/qwen/flags.ts";
import { ALL, ASK, type Flags, type Grant, within } from "../../../src/agents/shared/flags.ts";
import { flags as vibe } from "../../../src/agents/vibe/flags.ts";
import { translateFlags, usesOf } from "../../../src/convert/flags.ts";
import { SegueError } from "../../../src/errors.ts";
import "../../support/seed.ts";

const TABLES: { [name: string]: Flags } = {
  auggie,
  aider,
  claude,
  codex,
  copilot,
  crush,
  cursor,
  droid,
  gemini,
  goose,
  hermes,
  kilo,
  kimi,
  "kimi-cli": kimiCli,
  mastracode,
  nanocoder,
  openhands,
  omp,
  gptme,
  deepagents,
  openclaw,
  grok,
  opencode,
  pi,
  qoder,
  qwen,
  vibe,
};
const PAIRS = Object.keys(TABLES).flatMap((from) =>
  Object.keys(TABLES)
    .filter((to) => to !== from)
    .map((to): [string, string] => [from, to]),
);

function table(name: string): Flags {
  const flags = TABLES[name];
  if (!flags) throw new Error(`no table of ${name}`);
  return flags;
}

function translate(from: string, to: string, args: readonly string[]) {
  return translateFlags(args, { name: from, flags: table(from) }, { name: to, flags: table(to) });
}

function grantsOf(args: readonly string[], flags: Flags): readonly Grant[] | null {
  const uses = usesOf(args, flags);
  return flags.grants(uses.filter(({ about }) => about === "permission" || about === "config"));
}

/** Words as they stand in a table, with values for those that take some. */
function wordsOf(flags: Flags): fc.Arbitrary<string[]> {
  const texts = Object.values(flags.table).flat();
  return fc.constantFrom(...texts).chain((text) => {
    const [, spelled = "", value = ""] = /^([^<[]+?)(?: ([<[].*))?$/.exec(text) ?? [];
    const name = fc.constantFrom(...spelled.split(", "));
    if (value === "") return name.map((one) => [one]);
    const choices = value.includes("|") ? value.slice(1, -1).split("|") : VALUES;
    return fc
      .tuple(name, fc.constantFrom(...choices), fc.boolean())
      .map(([one, word, glued]) =>
        glued && one.startsWith("--") ? [`${one}=${word}`] : [one, word],
      );
  });
}

const VALUES = [
  "x",
  "opus",
  "gpt-5.5",
  "write",
  "shell",
  "sandbox_mode=danger-full-access",
  'sandbox_mode="read-only"',
  "approval_policy=never",
  "read,grep",
  "high",
];

describe("translateFlags", () => {
  const CASES: [from: string, to: string, args: string, wanted: string][] = [
    [
      "claude",
      "codex",
      "--dangerously-skip-permissions",
      "--dangerously-bypass-approvals-and-sandbox",
    ],
    [
      "codex",
      "claude",
      "--dangerously-bypass-approvals-and-sandbox",
      "--dangerously-skip-permissions",
    ],
    ["codex", "claude", "--yolo", "--dangerously-skip-permissions"],
    ["codex", "claude", "--sandbox workspace-write -a on-request", "--permission-mode acceptEdits"],
    ["codex", "gemini", "-s workspace-write -a on-request", "--approval-mode auto_edit"],
    ["codex", "claude", "-c sandbox_mode=danger-full-access", "--dangerously-skip-permissions"],
    ["codex", "claude", "-s read-only -a never", "--permission-mode plan"],
    ["codex", "claude", "-a never", "--permission-mode default"],
    // Edits unasked are more than asking, and sandboxed commands unasked are more than edits.
    [
      "claude",
      "codex",
      "--permission-mode acceptEdits",
      "--sandbox read-only --ask-for-approval on-request",
    ],
    ["claude", "codex", "--permission-mode=plan", "--sandbox read-only --ask-for-approval never"],
    ["claude", "gemini", "--permission-mode acceptEdits", "--approval-mode auto_edit"],
    ["claude", "qwen", "--permission-mode auto", "--approval-mode auto"],
    ["claude", "copilot", "--permission-mode acceptEdits", "--allow-tool=write"],
    ["claude", "pi", "--permission-mode default", "--tools read,grep,find,ls --no-mcp"],
    ["claude", "pi", "--dangerously-skip-permissions", ""],
    ["claude", "opencode", "--dangerously-skip-permissions", "--auto"],
    ["gemini", "qwen", "--yolo", "--approval-mode yolo"],
    ["gemini", "codex", "--yolo -s", "--sandbox workspace-write --ask-for-approval on-request"],
    ["gemini", "codex", "--yolo=false", ""],
    ["copilot", "claude", "--allow-all-tools", "--permission-mode acceptEdits"],
    ["copilot", "gemini", "--yolo", "--approval-mode yolo"],
    [
      "claude",
      "codex",
      "--disallowedTools Bash(rm:*) WebFetch",
      "--sandbox read-only --ask-for-approval on-request",
    ],
    // In the target's own terms.
    ["claude", "codex", "-s workspace-write", "-s workspace-write"],
    ["copilot", "codex", "-s read-only", "-s read-only"],
    ["gemini", "codex", "-s read-only", "-s read-only"],
    ["gemini", "qwen", "--approval-mode auto-edit", "--approval-mode auto-edit"],
    [
      "claude",
      "codex",
      "--permission-mode plan --yolo",
      "--sandbox read-only --ask-for-approval never",
    ],
    ["claude", "codex", "--dangerously-skip-permissions -s read-only", "-s read-only"],
    // Models.
    ["claude", "codex", "--model opus", ""],
    ["claude", "codex", "--model gpt-5.5", "--model gpt-5.5"],
    ["claude", "codex", "--model my-own", "--model my-own"],
    ["codex", "claude", "-m my-own", ""],
    ["codex", "pi", "-mgpt-5.5", "--model gpt-5.5"],
    ["claude", "copilot", "--model claude-sonnet-4-5-20250929", "--model claude-sonnet-4.5"],
    ["claude", "opencode", "--model claude-opus-4-5", "--model anthropic/claude-opus-4-5"],
    ["claude", "opencode", "--model openrouter/x/y", "--model openrouter/x/y"],
    ["pi", "claude", "--model anthropic/sonnet:high", "--model sonnet"],
    // Effort, folders, settings.
    ["claude", "codex", "--effort max", "-c model_reasoning_effort=xhigh"],
    ["codex", "pi", '-c model_reasoning_effort="none"', "--thinking off"],
    ["pi", "claude", "--thinking off", "--effort low"],
    [
      "claude",
      "gemini",
      "--add-dir ../a ../b",
      "--include-directories ../a --include-directories ../b",
    ],
    ["codex", "claude", "--add-dir ../a go", "go --add-dir ../a"],
    ["gemini", "codex", "--include-directories=../a", "--add-dir ../a"],
    ["codex", "claude", "-c foo=1 --search", ""],
    // What nobody knows, and what comes after "--".
    ["codex", "claude", "--new-thing x and words", "--new-thing x and words"],
    ["codex", "claude", "-m gpt-5.5 -- --yolo", "-- --yolo"],
    ["claude", "codex", "--resume abc --verbose", ""],
  ];
  for (const [from, to, args, wanted] of CASES) {
    it(`${from} → ${to}: ${args}`, () => {
      const { args: got, notes } = translate(from, to, args.split(" "));
      assert.equal(got.join(" "), wanted);
      const isSame = wanted.split(" ").toSorted().join() === args.split(" ").toSorted().join();
      if (!isSame) assert.ok(notes.length > 0 || args.startsWith("--yolo="), "is said");
    });
  }

  it("gptme's list of tools permits no more than reading elsewhere", () => {
    const { args } = translate("gptme", "codex", ["--tools", "shell,save", "--no-confirm"]);
    assert.equal(args.join(" "), "--sandbox read-only --ask-for-approval never");
  });

  it("refuses where the target cannot be kept from doing more", () => {
    const plan = () => translate("claude", "opencode", ["--permission-mode", "plan"]);
    assert.throws(plan, (error) => error instanceof SegueError && error.exit === 4);
    const [own, other] = ["codex", "opencode"].map((name) => ({ name, flags: table(name) }));
    assert.ok(own && other);
    const args = ["--sandbox", "read-only", "x"];
    assert.throws(() => translateFlags(args, own, other), /restricts it to this/);
    const said = translateFlags(args, own, other, { force: true });
    assert.deepEqual(said.args, ["x"]);
    assert.match(said.notes.join(), /left out, opencode uses its own configuration \(--force\)/);
  });

  for (const [from, to] of PAIRS) {
    it(`${from} → ${to}: never permits more than was asked for`, () => {
      const [own, foreign] = [table(from), table(to)];
      const lines = fc.array(wordsOf(own), { maxLength: 6 }).map((words) => words.flat());
      fc.assert(
        fc.property(lines, (args) => {
          const got = attempt(from, to, args);
          if (!got) return;
          const asked = grantsOf(args, own);
          const given = grantsOf(got, foreign);
          if (asked === null) assert.ok(given === null || within(given, ASK), got.join(" "));
          else if (given !== null) assert.ok(within(given, asked), got.join(" "));
          // Nothing said: it is as its user has set it, or never asks at all.
          else assert.ok(to === "pi" && within(ALL, asked), got.join(" "));
        }),
        { numRuns: 150 },
      );
    });
  }

  it("with terms of both, permits what both permit", () => {
    for (const [from, to] of PAIRS) {
      const [own, foreign] = [table(from), table(to)];
      const word = fc.oneof(wordsOf(own), wordsOf(foreign));
      fc.assert(
        fc.property(fc.array(word, { maxLength: 5 }), (words) => {
          const args = words.flat();
          const got = attempt(from, to, args);
          const given = got && grantsOf(got, foreign);
          if (!given) return;
          // At most what either reading of the words as they stand would have given.
          const asked = [grantsOf(args, own) ?? [], grantsOf(args, foreign) ?? [], ASK].flat();
          assert.ok(within(given, asked), `${from} ${to}: ${args.join(" ")} → ${got.join(" ")}`);
        }),
        { numRuns: 40 },
      );
    }
  });
});

/** null when it is refused. */
function attempt(from: string, to: string, args: readonly string[]): string[] | null {
  try {
    return translate(from, to, args).args;
  } catch (error) {
    if (error instanceof SegueError && error.kind === "refused") return null;
    throw error;
  }
}

describe("tables of flags", () => {
  for (const [name, flags] of Object.entries(TABLES)) {
    it(`${name}: each way to say a permission is read as that permission`, () => {
      for (const { args, grants } of flags.modes) {
        if (args.length > 0) assert.deepEqual(grantsOf(args, flags), grants, args.join(" "));
      }
    });

    it(`${name}: no flag stands twice`, () => {
      const names = Object.values(flags.table)
        .flat()
        .flatMap((text) => text.replace(/ [<[].*/, "").split(", "));
      assert.deepEqual(names, [...new Set(names)]);
    });
  }
});
