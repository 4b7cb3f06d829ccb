/**
 * Sessions beyond 8 MB are converted on assumptions (one unbroken line; every line of a kind spelled
 * alike) that are checked on the way. Where they are wrong, the result must be no different.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { convertFile } from "../../../src/convert/file.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const FRAME = { cwd: "/p", sessionId: "s", version: "2.1.197" };
const TURNS = 900;

/** One turn as Claude Code writes it: a prompt and an answer of 10 kB. */
function turn(n: number, parent: string | null): string[] {
  const line = (uuid: string, parentUuid: string | null, type: string, message: object): string =>
    JSON.stringify({
      parentUuid,
      isSidechain: false,
      type,
      message,
      uuid,
      timestamp: "2026-01-01T00:00:00.000Z",
      ...FRAME,
    });
  const text = `ANSWER-${n} ${"all work and no play ".repeat(500)}`;
  const content = [{ type: "text", text }];
  return [
    line(`u${n}`, parent, "user", { role: "user", content: `PROMPT-${n}` }),
    line(`a${n}`, `u${n}`, "assistant", { id: `msg_${n}`, role: "assistant", model: "m", content }),
  ];
}

describe("a big session", () => {
  const folder = temporaryFolder();
  const path = (name: string): string => join(folder, `${name}.jsonl`);
  let lines: string[] = [];
  before(() => {
    lines = Array.from({ length: TURNS }, (_, n) => turn(n, n === 0 ? null : `a${n - 1}`)).flat();
    assert.ok(lines.join("\n").length > 8.5e6);
  });

  /** Converts to Codex and home again; gives what Codex was given. */
  async function thereAndBack(session: readonly string[]): Promise<string> {
    const [source, there, back] = [path("a"), path("b"), path("c")];
    writeFileSync(source, `${session.join("\n")}\n`);
    const report = await convertFile(source, { to: "codex", output: there, force: true });
    assert.equal(report.verified.readback, true);
    await convertFile(there, { to: "claude-code", output: back, force: true });
    assert.ok(readFileSync(back).equals(readFileSync(source)), "other bytes");
    return readFileSync(there, "utf8");
  }

  it("comes back as it was", async () => {
    const there = await thereAndBack(lines);
    assert.equal(there.match(/"input_text","text":"PROMPT-\d+"/g)?.length, TURNS);
  });

  it("comes back as it was with lines late in it that are spelled otherwise", async () => {
    const odd = lines.map((line, i) =>
      i === 1500 ? line.replace('"type":"user"', '"type" : "user"') : line,
    );
    odd[1601] = known(lines[1601]).replace("ANSWER", "\\u0041NSWER");
    assert.notEqual(odd[1500], lines[1500]);
    const there = await thereAndBack(odd);
    assert.equal(there.match(/"input_text","text":"PROMPT-\d+"/g)?.length, TURNS);
  });

  it("is refused where nobody has said anything, if that is asked for", async () => {
    const { sessionId } = FRAME;
    const mode = { type: "permission-mode", permissionMode: "plan", sessionId };
    writeFileSync(path("a"), `${JSON.stringify(mode)}\n`.repeat(110_000));
    const [output, force] = [path("b"), true];
    await assert.rejects(
      convertFile(path("a"), { to: "pi", output, force, refuseEmpty: true }),
      /has no messages/,
    );
    const report = await convertFile(path("a"), { to: "pi", output, force });
    assert.equal(report.counts.messages, 0);
  });

  it("sends no abandoned branch, however late it is left", async () => {
    const there = await thereAndBack([...lines, ...turn(TURNS, "a850")]);
    assert.match(there, new RegExp(`"PROMPT-${TURNS}"`));
    assert.match(there, /"PROMPT-850"/);
    assert.doesNotMatch(there, /"PROMPT-851"/);
  });

  it("has its title, wherever that stands", async () => {
    const title = JSON.stringify({ type: "custom-title", customTitle: "Mine", sessionId: "s" });
    const session = [...lines.slice(0, 900), title, ...lines.slice(900)];
    writeFileSync(path("a"), `${session.join("\n")}\n`);
    await convertFile(path("a"), { to: "pi", output: path("b"), force: true });
    assert.match(readFileSync(path("b"), "utf8"), /"name":"Mine"/);
  });
});
