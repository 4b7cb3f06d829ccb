/** A copy's own id: where the format has ids, and nowhere else. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { agentNamed } from "../../../src/agents/registry.ts";
import { renamedLine } from "../../../src/convert/store/rename.ts";
import type { Json } from "../../../src/session/types.ts";

const ID = "8c1a4c58-0c59-4a8d-a2e7-3b5a0e1f2d3c";
const NEW = "00000000-0000-4000-8000-000000000000";

function renamed(agent: string, text: string, value: Json | undefined = JSON.parse(text)): string {
  return renamedLine({ text, value }, agentNamed(agent).known, { from: ID, to: NEW });
}

const claude = (content: Json, more: object = {}): string =>
  JSON.stringify({
    type: "user",
    sessionId: ID,
    uuid: "u1",
    message: { role: "user", content },
    ...more,
  });

describe("a copy's id", () => {
  it("stands where the session's id did", () => {
    assert.equal(renamed("claude-code", claude("hi")), claude("hi").replace(ID, NEW));
    const meta = `{"type":"session_meta","payload":{"id":"${ID}","session_id":"${ID}","cwd":"/x"}}`;
    assert.equal(renamed("codex", meta), meta.replaceAll(ID, NEW));
    const head = `{"type":"session","version":3,"id":"${ID}","cwd":"/x"}`;
    assert.equal(renamed("pi", head), head.replace(ID, NEW));
    const start = `{"type":"session.start","data":{"sessionId":"${ID}"},"id":"e1"}`;
    assert.equal(renamed("copilot", start), start.replace(ID, NEW));
  });

  const said: [what: string, agent: string, line: string][] = [
    ["what the user said", "claude-code", claude(ID)],
    ["a block of text", "claude-code", claude([{ type: "text", text: ID }])],
    [
      "a tool's argument",
      "claude-code",
      claude([
        { type: "tool_use", id: "t1", name: "mcp__x__y", input: { session_id: ID, sessionId: ID } },
      ]),
    ],
    [
      "a tool's answer",
      "claude-code",
      claude([{ type: "tool_result", tool_use_id: "t1", content: ID }]),
    ],
    [
      "a key of an argument",
      "claude-code",
      claude([{ type: "tool_use", id: "t", name: "x", input: { [ID]: 1 } }]),
    ],
    ["what a tool kept for the screen", "claude-code", claude("hi", { toolUseResult: { id: ID } })],
  ];
  for (const [what, agent, line] of said) {
    it(`does not replace ${what}`, () => {
      assert.equal(
        renamed(agent, line),
        line.replace(`"sessionId":"${ID}","uuid"`, `"sessionId":"${NEW}","uuid"`),
      );
    });
  }

  it("leaves the spelling of all else", () => {
    const line = ` {"sessionId" : "${ID}", "type":"user","message":{"role":"user","content":"\\u0041 ${ID}"}, "n":1.0}`;
    assert.equal(renamed("claude-code", line), line.replace(`"${ID}"`, `"${NEW}"`));
  });

  it("is in records of unknown kinds, and in those of a damaged line", () => {
    const unknown = `{"type":"newest-thing","sessionId":"${ID}","text":"${ID}"}`;
    assert.equal(renamed("claude-code", unknown), unknown.replace(ID, NEW));
    const damaged = `{"type":"mode","sessionId":"${ID}"}{"type":"user","sessionId":"${ID}","message":{"content":"${ID}"`;
    const mended = damaged.replaceAll(`"sessionId":"${ID}"`, `"sessionId":"${NEW}"`);
    assert.equal(
      renamedLine({ text: damaged, value: undefined }, agentNamed("claude-code").known, {
        from: ID,
        to: NEW,
      }),
      mended,
    );
  });
});
