/** Content in a form that is not the vendor's is passed on, or named. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { agentNamed } from "../../../src/agents/registry.ts";
import { Unsaid } from "../../../src/convert/read/account.ts";
import { filled, isOddEvent } from "../../../src/convert/read/fill.ts";
import type { Json } from "../../../src/session/types.ts";

const WORDS = "words of another form";

function partsOf(agent: string, ...records: Json[]): Json {
  const owner = agentNamed(agent);
  const reader = owner.reader();
  const all = records.map((value, at) => filled({ value, entries: reader.read(value, at) }, owner));
  return JSON.parse(JSON.stringify(all));
}

describe("content in a form that is not the vendor's", () => {
  const odd: [what: string, agent: string, record: Json][] = [
    [
      "rows of parts in an object",
      "opencode",
      {
        message: { id: "msg_1", session_id: "ses_1", data: { role: "user" } },
        parts: { value: [{ id: "prt_1", data: { type: "text", text: WORDS } }] },
      },
    ],
    [
      "a text among rows of parts",
      "kilo",
      { message: { id: "msg_1", session_id: "ses_1", data: { role: "user" } }, parts: [WORDS] },
    ],
    [
      "parts that are a text",
      "opencode",
      { message: { id: "msg_1", session_id: "ses_1", data: { role: "assistant" } }, parts: WORDS },
    ],
    [
      "an attached document whose data is not in the file",
      "copilot",
      {
        type: "user.message",
        id: "e1",
        data: {
          content: "see",
          attachments: [
            { type: "file", path: `/x/${WORDS}.pdf`, mimeType: "application/pdf", assetId: "gone" },
          ],
        },
      },
    ],
  ];
  for (const [what, agent, record] of odd) {
    it(`${agent}: ${what}`, () => {
      assert.ok(JSON.stringify(partsOf(agent, record)).includes(WORDS));
    });
  }

  it("gemini: reasoning that a message is written again with", () => {
    const message = {
      id: "m1",
      timestamp: "2026-11-21T03:35:42.206Z",
      type: "gemini",
      content: "a",
    };
    const thought = { subject: "", description: WORDS };
    const parts = partsOf(
      "gemini",
      { ...message, thoughts: [] },
      { ...message, thoughts: [thought] },
    );
    assert.ok(JSON.stringify(parts).includes(WORDS));
  });

  it("in a tool's message that has no result", () => {
    const value = { message: { id: "msg_1", session_id: "ses_1", data: {} }, parts: [WORDS] };
    const place = { id: "msg_1", parentId: null, time: null };
    const tool = { kind: "message", ...place, role: "tool", parts: [] } as const;
    const entries = filled({ value, entries: [{ ...tool, parts: [] }] }, agentNamed("kilo"));
    assert.ok(JSON.stringify(entries).includes(WORDS));
  });

  it("gemini: a message that was written blank first", () => {
    const blank = { id: "m1", timestamp: "2026-11-21T03:35:42.206Z", type: "user" };
    const parts = partsOf("gemini", blank, { ...blank, content: [{ text: WORDS }] });
    assert.ok(JSON.stringify(parts).includes(WORDS));
  });

  it("in a record that is no message it is counted", () => {
    const copilot = agentNamed("copilot");
    const record = { type: "session.start", id: "e1", data: WORDS };
    assert.ok(isOddEvent(record, copilot.reader().read(record, 0), copilot));
    const usual = { type: "session.start", id: "e1", data: { sessionId: "s" } };
    assert.ok(!isOddEvent(usual, copilot.reader().read(usual, 0), copilot));
  });

  it("lines that a tool numbered are read, whatever their ends", () => {
    const said = [{ kind: "text", text: "a\r\n" } as const];
    const parts = [{ kind: "tool-result", callId: "c", isError: false, content: said } as const];
    const entry = {
      kind: "message",
      id: "1",
      parentId: null,
      time: null,
      role: "tool",
      parts,
    } as const;
    assert.equal(new Unsaid([{ ...entry, parts: [...parts] }]).has("1\ta\r\n2\t"), false);
  });
});
