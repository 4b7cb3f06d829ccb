/** The laws, on sessions that nobody would write by hand. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { writable } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import type { Entry, Json, ToolCallPart, ToolUse } from "../../src/session/types.ts";
import { opening, write } from "../support/conversion.ts";
import { temporaryFolder } from "../support/folder.ts";
import { partners } from "../support/partners.ts";
import { runs } from "../support/seed.ts";
import { nothingInSilence, sameBytes, thereAndBack, workAndBack } from "./laws.ts";

const root = temporaryFolder();
const folder = () => mkdtempSync(join(root, "law-"));

const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      " \n\t",
      "\ud800 alone",
      "back\udc00",
      "__proto__",
      "\u2028\u0000\u001b[31m",
      "line\r\nline",
      "<thinking>\nnot mine\n</thinking>",
      "🐢".repeat(30),
    ),
  },
);

const callId = fc.oneof(
  { weight: 3, arbitrary: fc.uuid() },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "same",
      "a/../../b",
      "with space",
      "é",
      "x".repeat(100),
      "\u0000",
    ),
  },
);

type Called =
  | { use: ToolUse }
  | { name: string; input: { [key: string]: Exclude<Json, object> } | string };

const called: fc.Arbitrary<Called> = fc.oneof(
  fc.record({
    use: fc.oneof<fc.Arbitrary<ToolUse>[]>(
      text.map((command) => ({ tool: "execute", command })),
      text.map((path) => ({ tool: "read", path })),
      fc.tuple(text, text).map(([path, content]) => ({ tool: "write", path, content })),
      fc
        .tuple(text, text, text)
        .map(([path, old, now]) => ({ tool: "edit", path, edits: [{ old, new: now }] })),
      text.map((pattern) => ({ tool: "search", pattern })),
      text.map((item) => ({ tool: "todo", items: [{ text: item, status: "pending" }] })),
    ),
  }),
  fc.record({
    name: fc.constantFrom("mcp__a__b", "weird tool!", "", "名前", "n".repeat(150), "apply_patch"),
    input: fc.oneof(text, fc.dictionary(text, fc.oneof(text, fc.double(), fc.constant(null)))),
  }),
);

const answerWith = (ids: fc.Arbitrary<string>, most: number) =>
  fc.record({
    text: fc.option(text, { nil: undefined }),
    reasoning: fc.option(text, { nil: undefined }),
    calls: fc.array(
      fc.record({ callId: ids, called, result: fc.option(text), isError: fc.boolean() }),
      { maxLength: most },
    ),
  });

/** A line that the agent's CLI did not write, or that Segue does not know. */
const stray = fc.constantFrom(
  '{"type":"mystery","n":1.0,"n":2}',
  "not json",
  "",
  "[1, 2]",
  "null",
  '{"2":0,"1":0}',
  '{"type":"user","message":7}',
  '{"type":"response_item","payload":{"type":"message"}}',
);

const turnsOf = (answer: ReturnType<typeof answerWith>) =>
  fc.array(
    fc.record({
      user: text,
      answers: fc.array(answer, { maxLength: 3 }),
      stray: fc.option(stray, { freq: 3 }),
    }),
    { maxLength: 5 },
  );

// The seeds in FAILED mean these very arbitraries: others go beside them.
const turns = turnsOf(answerWith(callId, 3));

/** Few ids, so that many calls share one, in a message and over messages. */
const fewIds = fc.oneof(
  turnsOf(answerWith(fc.constant("one"), 4)),
  turnsOf(answerWith(fc.constantFrom("one", "two"), 5)),
  turnsOf(answerWith(fc.constantFrom("", "one", "custom_one", "call_one"), 3)),
);

/** Seeds that once broke a law, and between which agents. */
const FAILED: readonly { seed: number; agent: string; through: string }[] = [
  { seed: -1160844218, agent: "copilot", through: "claude-code" },
  { seed: -1855948146, agent: "codex", through: "continue" },
  { seed: -1855948146, agent: "auggie", through: "aider" },
  { seed: 111, agent: "droid", through: "gptme" },
];

type Turn = typeof turns extends fc.Arbitrary<(infer T)[]> ? T : never;

/** The session as the agent's own writer gives it, strange lines in between. */
function sessionFile(agent: Agent, session: readonly Turn[], seed: string): string {
  const { writer, text: head } = opening(agent, seed);
  let file = head;
  let n = 0;
  for (const { user, answers, stray: line } of session) {
    const time = new Date(1_795_000_000_000 + n * 1000).toISOString();
    const place = () => ({ kind: "message", id: `e${++n}`, parentId: null, time }) as const;
    const entries: Entry[] = [
      { ...place(), role: "user", parts: [{ kind: "text", text: `u${n}: ${user}` }] },
    ];
    for (const said of answers) entries.push(...answered(agent, said, place));
    file += write(writer, entries);
    if (line !== null) file += `${line}\n`;
  }
  return file;
}

type Place = () => { kind: "message"; id: string; parentId: null; time: string };
type Answer = Turn["answers"][number];

function answered(agent: Agent, { text: said, reasoning, calls }: Answer, place: Place): Entry[] {
  const at = place();
  const parts: ToolCallPart[] = calls.map(({ callId: id, called: how }) => callOf(agent, id, how));
  const results = calls.flatMap(({ callId: id, result, isError }): Entry[] =>
    result === null
      ? []
      : [
          {
            ...place(),
            role: "tool",
            parts: [
              {
                kind: "tool-result",
                callId: id,
                isError,
                content: [{ kind: "text", text: `result: ${result}` }],
              },
            ],
          },
        ],
  );
  return [
    {
      ...at,
      role: "assistant",
      group: at.id,
      parts: [
        ...(reasoning === undefined
          ? []
          : [{ kind: "reasoning", text: `${at.id}r: ${reasoning}` } as const]),
        ...(said === undefined ? [] : [{ kind: "text", text: `${at.id}: ${said}` } as const]),
        ...parts,
      ],
    },
    ...results,
  ];
}

function callOf(agent: Agent, id: string, how: Called): ToolCallPart {
  if (!("use" in how)) {
    return { kind: "tool-call", callId: id, name: how.name, input: how.input, use: null };
  }
  const native = agent.tools.toNative(how.use);
  const { name, input } = native ?? { name: how.use.tool, input: {} };
  return { kind: "tool-call", callId: id, name, input, use: native ? how.use : null };
}

for (const agent of writable) {
  describe(`sessions of ${agent.id}`, () => {
    const source = (session: readonly Turn[]) => {
      const path = join(folder(), "source.jsonl");
      writeFileSync(path, sessionFile(agent, session, JSON.stringify(session)));
      return { agent, path };
    };

    const law1 = (session: readonly Turn[]): void => {
      const bytes = readFileSync(source(session).path);
      for (const codec of [agent, ...partners(agent)]) sameBytes(codec, bytes);
    };

    it("law 1", () => {
      fc.assert(fc.property(turns, law1), { numRuns: runs(12) });
      fc.assert(fc.property(fewIds, law1), { numRuns: runs(4) });
    });

    for (const through of partners(agent)) {
      const laws2and4 = async (session: readonly Turn[]): Promise<void> => {
        if (session.length === 0) return;
        const file = source(session);
        const { there, done } = await thereAndBack(file, through, folder());
        await nothingInSilence(file, there, done);
      };
      const law3 = async (session: readonly Turn[]): Promise<void> => {
        if (session.length > 0) await workAndBack(source(session), through, folder());
      };

      it(`laws 2 and 4 through ${through.id}`, async () => {
        await fc.assert(fc.asyncProperty(turns, laws2and4), { numRuns: runs(8) });
      });

      it(`laws 2 and 4 with few call ids, through ${through.id}`, async () => {
        await fc.assert(fc.asyncProperty(fewIds, laws2and4), { numRuns: runs(8) });
      });

      for (const { seed, ...pair } of FAILED) {
        if (pair.agent !== agent.id || pair.through !== through.id) continue;
        it(`laws 2 and 4 through ${through.id}, as seed ${seed} has it`, async () => {
          await fc.assert(fc.asyncProperty(turns, laws2and4), { numRuns: 12, seed });
        });
      }

      it(`law 3 with ${through.id}`, async () => {
        await fc.assert(fc.asyncProperty(turns, law3), { numRuns: runs(3) });
        await fc.assert(fc.asyncProperty(fewIds, law3), { numRuns: runs(2) });
      });
    }
  });
}
