/** Lines that no reader expects: the rest of the session is used, and all of it comes back. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agents } from "../../src/agents/registry.ts";
import type { Agent } from "../../src/agents/types.ts";
import { sameBytes } from "../laws/laws.ts";
import { convertFile, type File, see, textsOf } from "../support/conversion.ts";
import { fixture, plain } from "../support/fixtures.ts";
import { known, sha256, temporaryFolder } from "../support/folder.ts";
import { partners } from "../support/partners.ts";

const root = temporaryFolder();

/** The agent's basic session with some of its text changed. */
function changed(agent: Agent, change: (lines: string[]) => string[]): File {
  const lines = readFileSync(plain(agent).path, "utf8").trimEnd().split("\n");
  const path = join(mkdtempSync(join(root, "session-")), "a.jsonl");
  writeFileSync(path, `${change(lines).join("\n")}\n`);
  return { agent, path };
}

/** There and back through every other agent; gives what was reported, by agent and code. */
async function survives(file: File): Promise<Map<string, number>[]> {
  const before = sha256(file.path);
  const reports: Map<string, number>[] = [];
  for (const through of partners(file.agent)) {
    const there = { agent: through, path: `${file.path}.${through.id}` };
    const back = { agent: file.agent, path: `${file.path}.${through.id}.back` };
    const report = await convertFile(file, there);
    assert.equal(report.verified.readback, true);
    await convertFile(there, back);
    assert.equal(sha256(back.path), before, `through ${through.id}`);
    assert.equal(sha256(file.path), before, "the source was changed");
    const [now, then] = [spoken((await see(there)).live), spoken((await see(file)).live)];
    // A model without tools is sent results among the user's words, and several texts as one.
    if (through.takesTools === false)
      for (const text of then) assert.match(now.join(), inside(text));
    else assert.deepEqual(now, then);
    reports.push(new Map(report.losses.map(({ code, count }) => [code, count])));
  }
  return reports;
}

function inside(text: string): RegExp {
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
}

type Live = Awaited<ReturnType<typeof see>>["live"];

function spoken(live: Live): string[] {
  return (
    live
      .filter(({ role, stop }) => role === "user" && stop === undefined)
      // Some agents hold several texts of a message as one.
      .flatMap((message) => textsOf(message).join("\n\n").split("\n\n"))
      // A picture or a document that the target cannot take is mentioned in its place.
      .filter((text) => text.trim() !== "" && !/^\[(?:image|attached file): [^\n]*\]/.test(text))
  );
}

const DEPTH = 20_000;
const deepList = "[".repeat(DEPTH) + "]".repeat(DEPTH);
const deepObject = `${'{"a":'.repeat(DEPTH)}1${"}".repeat(DEPTH)}`;

for (const agent of agents) {
  describe(`${agent.id}: nested ${DEPTH} deep`, () => {
    for (const [name, text] of [
      ["a list", deepList],
      ["an object", deepObject],
      ["a cut list", "[".repeat(DEPTH)],
    ] as const) {
      it(`${name} as a line of its own`, async () => {
        const file = changed(agent, (lines) => lines.toSpliced(3, 0, text));
        for (const losses of await survives(file)) assert.equal(losses.get("line-unreadable"), 1);
      });
    }

    it("inside of messages", async () => {
      const file = changed(agent, (lines) =>
        lines.map((line, n) =>
          n > 2
            ? line
                .replace(
                  /"(content|input|arguments|parts|toolCallStates|tool_calls|request_nodes|tool_call|#5|parsedQuery|guideline|agentTaskContent|planner_response|code_action)":(?=[[{])/,
                  `"$1":${deepList},"x":`,
                )
                // Aider's have nothing but texts, and Trae's last ones.
                .replace(/^\{"(aider|traeMessage)":/, `{"x":${deepList},"$1":`)
                // So have gptme's.
                .replace(/"content": (?=")/, `"x":${deepList},"content": `)
            : line,
        ),
      );
      assert.match(readFileSync(file.path, "utf8"), /\[{5000}/);
      for (const losses of await survives(file)) {
        assert.ok((losses.get("line-unreadable") ?? 0) > 0);
      }
    });
  });
}

it("codex: arguments, which are JSON in a string, nested 20000 deep", async () => {
  const codex = known(agents.find(({ id }) => id === "codex"));
  const file = changed(codex, (lines) =>
    lines.map((line) =>
      line.replace(/"arguments":"(?:[^"\\]|\\.)*"/, () => {
        return `"arguments":${JSON.stringify(`{"cmd":${deepList}}`)}`;
      }),
    ),
  );
  await survives(file);
});

it("a line of 64 MB", async () => {
  const pi = known(agents.find(({ id }) => id === "pi"));
  const line = `{"type":"mystery","data":"${"64MB ".repeat((64 << 20) / 5)}"}`;
  const file = changed(pi, (lines) => lines.toSpliced(3, 0, line));
  const there = {
    agent: known(agents.find(({ id }) => id === "claude-code")),
    path: `${file.path}.b`,
  };
  await convertFile(file, there);
  await convertFile(there, { agent: pi, path: `${file.path}.back` });
  assert.equal(sha256(`${file.path}.back`), sha256(file.path));
});

/** Pi's links between entries. */
function relinked(change: (n: number, id: string) => string): File {
  const pi = known(agents.find(({ id }) => id === "pi"));
  return changed(pi, (lines) =>
    lines.map((line, n) => {
      const id = /"id":"(\w{8})"/.exec(line)?.[1];
      return id === undefined ? line : change(n, line);
    }),
  );
}

describe("links between entries", () => {
  it("every entry has the same id", async () => {
    await survives(relinked((_, line) => line.replace(/"id":"\w{8}"/, '"id":"aaaaaaaa"')));
  });

  it("every entry is its own parent", async () => {
    const own = (line: string) =>
      line.replace(/"id":"(\w{8})","parentId":[^,]*/, '"id":"$1","parentId":"$1"');
    const [losses] = await survives(relinked((_, line) => own(line)));
    assert.ok((losses?.get("parent-missing") ?? 0) > 0);
  });

  it("parents go in a circle", async () => {
    const last = /"id":"(\w{8})"/.exec(
      known(readFileSync(fixture("pi/basic").path, "utf8").trimEnd().split("\n").at(-1)),
    )?.[1];
    const file = relinked((_, line) => line.replace('"parentId":null', `"parentId":"${last}"`));
    await survives(file);
    assert.ok((await see(file)).live.length > 3);
  });

  it("parents are missing: said, and the conversation is still whole", async () => {
    const whole = await see(fixture("pi/basic"));
    const file = relinked((n, line) =>
      n % 3 === 0 ? line.replace(/"parentId":"\w{8}"/, '"parentId":"missing0"') : line,
    );
    const [losses] = await survives(file);
    assert.ok((losses?.get("parent-missing") ?? 0) > 0);
    assert.deepEqual((await see(file)).live.map(textsOf), whole.live.map(textsOf));
  });
});

describe("numbers that JSON does not hold", () => {
  for (const agent of agents) {
    it(`${agent.id}: the same bytes come back`, () => {
      const big = (line: string) => line.replace(/:-?\d+(?=[,}])/, ":-1e400");
      const { path } = changed(agent, (lines) =>
        lines.map((line, n) => (n % 2 ? big(line) : line)),
      );
      sameBytes(agent, readFileSync(path));
    });
  }
});
