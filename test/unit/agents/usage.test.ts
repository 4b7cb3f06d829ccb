/** What agents record about tokens, as vendors bill it: each token once, and as what it is. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Scan } from "../../../src/catalog/line.ts";
import { type Answer, UseCount } from "../../../src/catalog/use.ts";
import { fixture } from "../../support/fixtures.ts";
import { known } from "../../support/folder.ts";

/** The answers of a recorded session, with other counts in place of the recorded ones. */
function counted(name: string, recorded: RegExp, counts: string): Answer[] {
  const { agent, path } = fixture(name);
  const text = readFileSync(path, "utf8");
  assert.match(text, recorded);
  const use = new UseCount(null, [], 0);
  const scan = new Scan(agent);
  scan.countUse(use);
  scan.noteAll(Buffer.from(text.replaceAll(new RegExp(recorded.source, "g"), counts)));
  return use.take();
}

const plain = ({ input, output, cacheRead, cacheWrite, longWrite }: Answer) => [
  ...[input, output, cacheRead, cacheWrite, longWrite],
];

describe("reasoning is billed as output", () => {
  it("OpenCode: as the total tells, it is counted within the answer or apart", () => {
    const tokens = /"tokens":\{"total":1580,[^}]*\}\}/;
    const with30 = (total: string): string =>
      `"tokens":{${total}"input":1200,"output":80,"reasoning":30,"cache":{"write":0,"read":300}}`;
    const output = (total: string) => counted("opencode/rows", tokens, with30(total))[0]?.output;
    assert.equal(output('"total":1610,'), 110);
    assert.equal(output('"total":1580,'), 80);
    assert.equal(output(""), 80);
  });

  it("Qwen Code: the same", () => {
    const usage = /"usageMetadata":\{[^}]*\}/;
    const of = (total: number): string =>
      `"usageMetadata":{"promptTokenCount":1200,"candidatesTokenCount":80,"thoughtsTokenCount":30,"totalTokenCount":${total},"cachedContentTokenCount":300}`;
    const first = (total: number) => plain(known(counted("qwen/compressed", usage, of(total))[0]));
    assert.deepEqual(first(1310), [900, 110, 300, 0, 0]);
    assert.deepEqual(first(1280), [900, 80, 300, 0, 0]);
  });

  it("Gemini CLI: apart; Codex: within", () => {
    const tokens = /"tokens":\{"input":1200[^}]*\}/;
    const google = `"tokens":{"input":1200,"output":80,"cached":300,"thoughts":30,"tool":0,"total":1310}`;
    const [gemini] = counted("gemini/limit-429", tokens, google);
    assert.deepEqual(plain(known(gemini)), [900, 110, 300, 0, 0]);
    const [codex] = counted(
      "codex/basic",
      /"reasoning_output_tokens":10/,
      '"reasoning_output_tokens":70',
    );
    assert.deepEqual(plain(known(codex)), [900, 80, 300, 0, 0]);
  });
});

describe("Claude Code", () => {
  it("writes to the cache for five minutes or an hour", () => {
    const creation =
      '"cache_creation_input_tokens":500,"cache_creation":{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":400}';
    const text = /"cache_creation_input_tokens":0(.*?)"cache_creation":\{[^}]*\}/;
    const [first] = counted("claude-code/basic", text, `${creation}$1"was":0`);
    assert.deepEqual(plain(known(first)), [1200, 80, 300, 500, 400]);
  });

  it("answers in fast mode under another name", () => {
    const [first] = counted("claude-code/basic", /"speed":"standard"/, '"speed":"fast"');
    assert.equal(first?.model, "claude-opus-4-8-fast");
  });

  it("counts an answer with the vendor's own tools in it once", () => {
    const answers = counted("claude-code/server-tools", /"output_tokens":5/, '"output_tokens":6');
    const keys = new Set(answers.map(({ key }) => key));
    assert.equal(answers.length, keys.size);
    const ids = new Set(
      readFileSync(fixture("claude-code/server-tools").path, "utf8").match(/"id":"msg_[^"]+"/g),
    );
    assert.ok(answers.length <= ids.size, `${answers.length} answers, ${ids.size} ids`);
  });
});
