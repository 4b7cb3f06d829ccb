/** What the account of a record's strings takes for said. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { claudeCode } from "../../../src/agents/claude-code/index.ts";
import { cline } from "../../../src/agents/cline/index.ts";
import { copilot } from "../../../src/agents/copilot/index.ts";
import { droid } from "../../../src/agents/droid/index.ts";
import { agentNamed } from "../../../src/agents/registry.ts";
import type { Agent } from "../../../src/agents/types.ts";
import { Accountant, Unsaid } from "../../../src/convert/read/account.ts";
import { filled } from "../../../src/convert/read/fill.ts";
import type { Entry, Json, Part } from "../../../src/session/types.ts";

function saying(part: Part): Entry[] {
  const place = { id: "m", parentId: null, time: null } as const;
  return [{ kind: "message", ...place, role: "user", parts: [part] }];
}

it("a data URL without base64 is said by a part that has its bytes", () => {
  const data = Buffer.from("a picture").toString("base64");
  const entries = saying({ kind: "image", mediaType: "image/png", data });
  assert.equal(new Unsaid(entries).has({ url: "data:image/png,a%20picture" }), false);
  assert.equal(new Unsaid(entries).has({ url: `data:image/png;base64,${data}` }), false);
  assert.equal(new Unsaid(entries).has({ url: "data:image/png,another%20one" }), true);
});

it("ids of a block of an unknown kind are no content, but words are, wherever they stand", () => {
  const entries = saying({ kind: "text", text: "said" });
  assert.equal(new Unsaid(entries).has({ type: "new", toolUseID: "hook-1", text: "said" }), false);
  assert.equal(new Unsaid(entries).has({ type: "new", toolUseID: "not an id but words" }), true);
});

/** The places of what no part says. */
function unsaidIn(agent: Agent, record: Json): string[] {
  assert.ok(agent.known);
  return new Accountant(agent).unaccounted(record, agent.reader().read(record, 0)).content;
}

it("what an unknown attachment holds is a copy where the record says what was sent of it", () => {
  const record = { type: "attachment", uuid: "a", parentUuid: null, sessionId: "s" };
  const attachment = { type: "daydream", of: "sheep that count people" };
  const rendered = [{ content: "Electric sheep" }];
  assert.deepEqual(unsaidIn(claudeCode, { ...record, attachment, rendered }), []);
  assert.deepEqual(
    unsaidIn(claudeCode, { ...record, attachment: "daydreams of it", rendered }),
    [],
  );
});

it("a blob whose type is no text, or that holds nothing, is passed on", () => {
  for (const rest of [{ mimeType: -1, data: "JVBERi0xLjQK" }, { mimeType: null }]) {
    const attachments = [{ type: "blob", displayName: "a picture.png", ...rest }];
    const data = { content: "Look.", attachments };
    assert.deepEqual(unsaidIn(copilot, { type: "user.message", id: "a", data }), []);
  }
});

it("an error that stands beside a tool's success is passed on", () => {
  const data = { toolCallId: "call_1", success: true, error: { message: "no such tool" } };
  assert.deepEqual(unsaidIn(copilot, { type: "tool.execution_complete", id: "a", data }), []);
});

it("arguments that were turned into JSON twice are accounted for by the JSON in a call", () => {
  const input = JSON.stringify({ prompt: 'Say "hello".', lines: [1, 2] });
  const call = { kind: "tool-call", callId: "c1", name: "task", use: null } as const;
  const entries = saying({ ...call, input });
  assert.equal(new Unsaid(entries).has({ arguments: JSON.stringify(input) }), false);
  assert.equal(
    new Unsaid(entries).has({ arguments: JSON.stringify(input.replace("hello", "bye")) }),
    true,
  );
});

it("what Cline puts around what was typed is no content, however it is spelled", () => {
  const entries = saying({ kind: "text", text: "Mend the test." });
  const odd = '<user_input\u001b[2J mode="act">Mend the test.</user_input>';
  assert.equal(new Unsaid(entries, cline.frames).has({ text: odd }), false);
  const noticed = `<mode_notice>Act now.</mode_notice>\n\n${odd} `;
  assert.equal(new Unsaid(entries, cline.frames).has({ text: noticed }), false);
  assert.equal(new Unsaid(entries, cline.frames).has({ text: odd.replace("test", "tests") }), true);
});

it("what Droid keeps of an edit and does not send is named, whatever its key", () => {
  const call = { type: "tool_use", id: "c1", name: "Edit", input: { file_path: "/a" } };
  const reader = droid.reader();
  const records = [said("assistant", call)];
  for (const content of [
    JSON.stringify({ success: true, file_path: "/a", diffOfANewerKind: ["- old words"] }),
    "Edited, in words that the model is not given",
  ]) {
    records.push(said("user", { type: "tool_result", tool_use_id: "c1", content }));
  }
  assert.ok(droid.known);
  const accountant = new Accountant(droid);
  for (const [at, record] of records.entries()) {
    assert.deepEqual(accountant.unaccounted(record, reader.read(record, at)).content, []);
  }
});

function said(role: string, block: Json): Json {
  return { type: "message", id: role, parentId: null, message: { role, content: [block] } };
}

it("JSON that stands in a row as text is read once, however it is spelled", () => {
  const words = "a < b";
  const rows: [agent: string, record: Json][] = [
    [
      "crush",
      {
        messages: {
          id: "m",
          session_id: "s",
          role: "tool",
          parts: JSON.stringify([
            { type: "tool_result", data: { tool_call_id: "c", name: "bash", content: words } },
          ]),
        },
      },
    ],
    [
      "goose",
      {
        message: {
          message_id: "m",
          role: "user",
          created_timestamp: 1,
          content_json: JSON.stringify([{ type: "text", text: words }], null, 1),
        },
      },
    ],
    [
      "hermes",
      { role: "user", timestamp: 1, content: `\0json:[{"type":"text","text":"${words}"}]` },
    ],
    [
      "opencode",
      {
        message: { id: "msg_1", session_id: "ses_1", data: '{ "role": "user", "agent": "build" }' },
        parts: [
          { id: "prt_1", message_id: "msg_1", data: `{ "type": "text", "text": "${words}" }` },
        ],
      },
    ],
  ];
  for (const [name, value] of rows) {
    const agent = agentNamed(name);
    const entries = filled({ value, entries: agent.reader().read(value, 0) }, agent);
    assert.equal(JSON.stringify(entries).split(words).length, 2, name);
    assert.deepEqual(unsaidIn(agent, value), [], name);
  }
});

it("a command's output is said without the codes for a terminal", () => {
  const run = { command: "npm test", output: "\u001b[31mfailed\u001b[0m twice", exit_code: 1 };
  const parts = [{ type: "shell_command", data: run }];
  const row = { id: "m", session_id: "s", role: "user", parts };
  assert.deepEqual(unsaidIn(agentNamed("crush"), { messages: row }), []);
});
