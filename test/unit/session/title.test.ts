/** What a session is called: the first real request, without what was put around it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { agentNamed } from "../../../src/agents/registry.ts";
import { FirstRequest, requestIn, titleOf } from "../../../src/session/title.ts";
import type { Entry, Json } from "../../../src/session/types.ts";

function says(role: "user" | "assistant", text: string, more: { scaffold?: true } = {}): Entry {
  const parts = [{ kind: "text" as const, text }];
  return { kind: "message", id: text, parentId: null, time: null, role, parts, ...more };
}

function first(...entries: Entry[]): string | null {
  const request = new FirstRequest();
  for (const entry of entries) request.note(entry);
  return request.text;
}

describe("the request in a message", () => {
  const ide =
    "# Context from my IDE setup:\n\n## Active file: a.ts\n\n## Open tabs:\n- a.ts: a.ts\n\n";
  const cases: [what: string, text: string, request: string][] = [
    ["plain words", "fix the test\n", "fix the test"],
    ["an IDE's context", `${ide}## My request for Codex:\nfix the test\n`, "fix the test"],
    ["an IDE's context alone", ide, ""],
    [
      "mentioned files",
      `# Files mentioned by the user:\n\n## a: /a\n\n## My request for Codex:\nsee`,
      "see",
    ],
    ["an opened file", "<ide_opened_file>The user opened a.ts</ide_opened_file>\nfix it", "fix it"],
    ["a file's contents", '<file name="/a.ts">\nexport {};\n</file>\nexplain it', "explain it"],
    ["a file's contents alone", '<file name="/a.ts">\nexport {};\n</file>', ""],
    ["a file that was cut off", '<file name="/a.ts">\nexport', ""],
    [
      "files below",
      "explain @a.ts\n--- Content from referenced files ---\nContent from @a.ts:\nx",
      "explain @a.ts",
    ],
    [
      "a command's tags",
      "<command-message>x</command-message>\n<command-name>/x</command-name>",
      "",
    ],
    [
      "a subagent's task in Codex",
      "Message Type: NEW_TASK\nTask name: /root/looker\nSender: /root\nPayload:\nlist files\n",
      "list files",
    ],
    [
      "a subagent's encrypted task in Codex",
      "Message Type: NEW_TASK\nTask name: /root/looker\nSender: /root\nPayload:\n",
      "looker",
    ],
    ["a break", "[Request interrupted by user]", ""],
    ["the user's own tags", "<Button>ok</Button> is broken", "<Button>ok</Button> is broken"],
  ];
  for (const [what, text, request] of cases) {
    it(what, () => assert.equal(requestIn(text), request));
  }
});

describe("the first request", () => {
  it("is not the path of an image that was attached", () => {
    const image = { kind: "image" as const, mediaType: "image/png", data: "AAAA" };
    const asked = (path: string): string | null =>
      first({
        ...{ kind: "message", id: "1", parentId: null, time: null, role: "user" },
        parts: [{ kind: "text", text: path }, image, { kind: "text", text: "what is this?" }],
      });
    assert.equal(asked("/home/dev/my lab/red.png"), "what is this?");
    assert.equal(asked("C:\\lab\\red.PNG"), "what is this?");
    assert.equal(asked("compare it with red.png"), "compare it with red.png what is this?");
  });

  const tags = (name: string, args = "") =>
    `<command-name>${name}</command-name>\n<command-message>x</command-message>\n<command-args>${args}</command-args>`;

  it("is not what the harness says, nor what an assistant does", () => {
    const injected = says("user", "be nice", { scaffold: true });
    assert.equal(first(injected, says("assistant", "hello"), says("user", "go")), "go");
    assert.equal(first(injected), null);
  });

  // Qwen Code puts a mentioned file's content into parts of their own, after the words.
  it("is not what a mentioned file holds", () => {
    const first = new FirstRequest();
    const texts = [
      "look at @a.md",
      "\n--- Content from referenced files ---",
      "Content from a.md:",
      "x",
    ];
    const parts = texts.map((text) => ({ kind: "text" as const, text }));
    first.note({ kind: "message", id: "1", parentId: null, time: null, role: "user", parts });
    assert.equal(first.text, "look at @a.md");
  });

  it("is a slash command as it was typed, not its tags nor what it expands to", () => {
    const command = says("user", tags("/review", "PR 12"), { scaffold: true });
    const expanded = says("user", "You are a reviewer. Review PR 12 …");
    assert.equal(first(command, expanded, says("user", "go")), "/review PR 12");
    assert.equal(first(command, says("assistant", "fine"), says("user", "go")), "/review PR 12");
    const both: Entry = {
      ...{ kind: "message", id: "1", parentId: null, time: null, role: "user" },
      parts: [
        { kind: "text", text: tags("/review", "PR 12") },
        { kind: "text", text: "You are a reviewer." },
      ],
    };
    assert.equal(first(both), "/review PR 12");
  });

  it("is not a command that the CLI carried out by itself", () => {
    const command = says("user", tags("/model"), { scaffold: true });
    const done = says("user", "<local-command-stdout>Set</local-command-stdout>", {
      scaffold: true,
    });
    assert.equal(first(command, done, says("user", "go")), "go");
  });

  it("stands where there is no title, cut", () => {
    assert.equal(titleOf("own", "request"), "own");
    assert.equal(titleOf(null, null), null);
    assert.equal(titleOf(null, "x".repeat(2000))?.length, 1000);
  });
});

/** Records of which only the one that says REAL holds what the user typed. */
const AT = "2026-01-01T00:00:00.000Z";
const SYNTHETIC = { type: "text", synthetic: true, text: "You are in plan mode." };
const piRecord = (id: string, message: Json): Json => ({
  ...{ type: "message", id, parentId: null, timestamp: AT },
  message,
});
const copilotRecord = (type: string, data: Json): Json => ({
  ...{ type, id: `${type}-${JSON.stringify(data).length}`, timestamp: AT, parentId: null },
  data,
});
const opencodeRecord = (id: string, parts: Json[]): Json => ({
  message: { id, session_id: "s", data: { role: "user", time: { created: 1 } } },
  parts: parts.map((data, i) => ({ id: `${id}-${i}`, message_id: id, session_id: "s", data })),
});
const OPENCODE = [
  opencodeRecord("a", [SYNTHETIC]),
  opencodeRecord("b", [SYNTHETIC, { type: "text", text: "REAL" }, SYNTHETIC]),
];
const claudeRecord = (uuid: string, content: string, more: { isMeta?: true }): Json => ({
  ...{ type: "user", uuid, parentUuid: null, sessionId: "s", timestamp: AT, ...more },
  message: { role: "user", content },
});
const qwenRecord = (uuid: string, text: string, more: { subtype?: string }): Json => ({
  ...{ type: "user", uuid, parentUuid: null, sessionId: "s", timestamp: AT, cwd: "/p", ...more },
  message: { role: "user", parts: [{ text }] },
});
const NOT_TYPED: { [agent: string]: Json[] } = {
  opencode: OPENCODE,
  kilo: OPENCODE,
  pi: [
    piRecord("a", { role: "bashExecution", command: "ls", output: "x", exitCode: 0 }),
    piRecord("b", { role: "custom", customType: "x", content: "an extension" }),
    piRecord("c", { role: "branchSummary", summary: "elsewhere" }),
    piRecord("d", { role: "user", content: "REAL" }),
  ],
  copilot: [
    copilotRecord("session.mode_notice_delivered", { content: "plan mode" }),
    copilotRecord("skill.context_delivered", { content: "a skill" }),
    copilotRecord("user.message", { content: "the skill's", source: "skill-x" }),
    copilotRecord("user.message", {
      content: "REAL",
      transformedContent: "before\n\nREAL\n\nafter",
      attachments: [{ type: "file", path: "/a" }],
    }),
  ],
  "claude-code": [
    claudeRecord("a", "Base directory for this skill: /x", { isMeta: true }),
    claudeRecord("b", "REAL", {}),
  ],
  qwen: [
    qwenRecord("a", "a subagent's report", { subtype: "notification" }),
    qwenRecord("b", "REAL", {}),
  ],
};

describe("what is sent in the user's place and was not typed is no title", () => {
  for (const [agent, records] of Object.entries(NOT_TYPED)) {
    it(agent, () => {
      const reader = agentNamed(agent).reader();
      const entries = records.flatMap((record, at) => reader.read(record, at));
      const sent = entries.filter(({ kind }) => kind === "message");
      assert.ok(sent.length >= records.length, "all of it is read");
      assert.equal(first(...entries), "REAL");
    });
  }
});
