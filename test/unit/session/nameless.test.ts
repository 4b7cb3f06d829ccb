/** Records without ids, and tags that are opened and never closed: what they say is not lost. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { agentNamed } from "../../../src/agents/registry.ts";
import { Survey } from "../../../src/session/survey.ts";
import { FirstRequest } from "../../../src/session/title.ts";
import type { Entry, Json, JsonObject, Message } from "../../../src/session/types.ts";

const AT = "2026-01-01T00:00:00.000Z";

/** A user's words or an answer, as a record of the agent's; without an id where none is given. */
type Maker = (role: "user" | "assistant", text: string, id?: string, parent?: string) => JsonObject;

const MAKERS: { [agent: string]: Maker } = {
  "claude-code": (role, text, id, parent) => ({
    ...{ type: role, sessionId: "s", timestamp: AT, message: { role, content: text } },
    ...(id === undefined ? {} : { uuid: id, parentUuid: parent ?? null }),
  }),
  gemini: (role, text, id) => ({
    ...{ type: role === "user" ? "user" : "gemini", timestamp: AT, content: [{ text }] },
    ...(id === undefined ? {} : { id }),
  }),
  copilot: (role, text, id, parent) => ({
    ...{ type: `${role}.message`, timestamp: AT, data: { content: text } },
    ...(id === undefined ? {} : { id, parentId: parent ?? null }),
  }),
  pi: (role, text, id, parent) => ({
    ...{ type: "message", timestamp: AT, message: { role, content: [{ type: "text", text }] } },
    ...(id === undefined ? {} : { id, parentId: parent ?? null }),
  }),
  qwen: (role, text, id, parent) => ({
    ...{ type: role, sessionId: "s", timestamp: AT, message: { role, parts: [{ text }] } },
    ...(id === undefined ? {} : { uuid: id, parentUuid: parent ?? null }),
  }),
  codex: (role, text, id) => ({
    ...{ type: "response_item", timestamp: AT },
    payload: {
      ...{ type: "message", role },
      content: [{ type: role === "user" ? "input_text" : "output_text", text }],
      ...(id === undefined ? {} : { id }),
    },
  }),
};

const OPENINGS: { [agent: string]: Json[] } = {
  pi: [{ type: "session", version: 3, id: "s", timestamp: AT, cwd: "/p" }],
  gemini: [{ sessionId: "s", projectHash: "h", startTime: AT, kind: "main" }],
};

function entriesOf(agent: string, records: readonly Json[]): Entry[] {
  const reader = agentNamed(agent).reader();
  return [...(OPENINGS[agent] ?? []), ...records].flatMap((record, at) => reader.read(record, at));
}

function live(entries: readonly Entry[]): Message[] {
  const survey = new Survey();
  for (const entry of entries) survey.add(entry);
  const plan = survey.finish(agentNamed("pi").reader().header());
  return entries.filter(
    (entry, n): entry is Message => entry.kind === "message" && plan.visibility(n) === "live",
  );
}

function textsOf(said: readonly Message[]): string[] {
  return said.flatMap(({ parts, scaffold }) =>
    parts.flatMap((part) => (part.kind === "text" && !scaffold ? [part.text] : [])),
  );
}

for (const [agent, make] of Object.entries(MAKERS)) {
  describe(agent, () => {
    it("reads records of which none has an id in their order", () => {
      const records = [make("user", "one"), make("assistant", "two"), make("user", "three")];
      assert.deepEqual(textsOf(live(entriesOf(agent, records))), ["one", "two", "three"]);
      assert.deepEqual(
        textsOf(live(entriesOf(agent, [...records, make("assistant", "four", "x")]))),
        ["one", "two", "three", "four"],
      );
    });

    // What an agent's own CLI would not send is another matter: see its README.
    it("names one that stands among others that have one", () => {
      const records = [
        make("user", "one", "a"),
        make("assistant", "two"),
        make("user", "3", "b", "a"),
      ];
      const entries = entriesOf(agent, records);
      assert.ok(entries.some((entry) => JSON.stringify(entry).includes('"two"') || isNamed(entry)));
    });

    it("takes a tag that is opened and never closed for the user's words", () => {
      for (const tag of TAGS.filter((one) => agent !== "gemini" || one !== "<hook_context>")) {
        const text = `${tag} is what I ask about\nand more`;
        const entries = entriesOf(agent, [
          make("user", text, "a"),
          make("assistant", "fine", "b", "a"),
        ]);
        assert.deepEqual(textsOf(live(entries)), [text, "fine"], tag);
        const told = live(entries).some((entry) => entry.told);
        assert.ok(!told, tag);
      }
    });
  });
}

function isNamed(entry: Entry): boolean {
  return entry.kind === "event" && entry.event === "unread" && entry.reason === "unsent";
}

/** Gemini CLI itself drops what begins with its own `<hook_context>` when it resumes, closed or not. */
const TAGS = [
  "<system-reminder>",
  "<system_reminder>\n<todo_status>",
  "<current_datetime>",
  "<environment_context>",
  "<user_instructions>",
  "<context_window",
  '<context_window size="1">',
  "<token_budget>",
  "<skill>",
  "<hook_context>",
  "<hook_prompt id=",
  "<user_shell_command>",
  "<subagent_notification>",
  "<command-name>",
  "<local-command-stdout>",
  "<local-command-caveat>",
  "<qwen:user-prompt-submit-context>",
];

describe("copilot", () => {
  it("takes its own reminder off, and no more", () => {
    const reminder = "<system_reminder>\n<todo_status>\nTODO\n</todo_status>\n</system_reminder>";
    const typed = "look at <system_reminder>\n<todo_status> please";
    const record: Json = {
      ...{ type: "user.message", id: "a", parentId: null, timestamp: AT },
      data: { content: typed, transformedContent: `${typed}\n\nCONTEXT\n\n${reminder}` },
    };
    const entries = live(entriesOf("copilot", [record]));
    assert.deepEqual(textsOf(entries), [typed, "CONTEXT"]);
  });
});

describe("a title", () => {
  it("may begin with a tag of the user's own, and is nothing of what was cut off", () => {
    const titled = (text: string): string | null => {
      const request = new FirstRequest();
      const parts = [{ kind: "text" as const, text }];
      request.note({ kind: "message", id: "1", parentId: null, time: null, role: "user", parts });
      return request.text;
    };
    assert.equal(titled("<image> tags have no alt"), "<image> tags have no alt");
    assert.equal(titled("<file> is not closed"), "<file> is not closed");
    for (const cut of ['<file name="/a.ts">\nexport', "<context>\nmuch", "<ide_selection>x"]) {
      assert.equal(titled(cut), null, cut);
    }
  });
});
