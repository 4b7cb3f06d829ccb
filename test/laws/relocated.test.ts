/** Laws 2 and 3 of sessions that continue in another folder. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agents, writable } from "../../src/agents/registry.ts";
import { convertFile, readLines, see, textsOf, workOn } from "../support/conversion.ts";
import { fixture, fixtures } from "../support/fixtures.ts";
import { known, temporaryFolder } from "../support/folder.ts";

const root = temporaryFolder();
/** One of each agent, with tools that were used on files. */
const BASICS = agents.map(({ id }) => {
  const own = fixtures.filter(({ agent, name }) => agent.id === id && !name.startsWith("hostile"));
  const plain = ["basic", "rows"].flatMap((variant) =>
    own.filter(({ name }) => name.startsWith(`${id}/${variant}`)),
  );
  return known(plain[0] ?? own[0], `fixture of ${id}`);
});
const NEW = "/srv/elsewhere/shop";

/** Arguments of all tools, as one text. */
function used(entries: Awaited<ReturnType<typeof see>>["entries"]): string {
  return entries
    .flatMap((entry) => (entry.kind === "message" ? entry.parts : []))
    .flatMap((part) => (part.kind === "tool-call" ? [JSON.stringify(part.input)] : []))
    .join("\n");
}

for (const source of BASICS) {
  for (const target of writable) {
    it(`${source.agent.id} continues in another folder, in ${target.id}`, async () => {
      const folder = mkdtempSync(join(root, "case-"));
      const there = { agent: target, path: join(folder, "there.jsonl") };
      const was = await see(source);
      const old = was.plan.header.cwd;
      const report = await convertFile(source, there, { cwd: NEW });
      assert.equal(report.verified.readback, true);
      const is = await see(there);
      if (is.plan.header.cwd !== null) assert.equal(is.plan.header.cwd, NEW);
      // Where the file does not tell the folder, nothing is known to are below it.
      assert.ok(old === null || !used(is.entries).includes(old), "a path is as it was");
      const inOld = old !== null && used(was.entries).includes(old);
      const loss = report.losses.find(({ code }) => code === "path-relocated");
      assert.equal(
        (loss?.count ?? 0) > 0,
        inOld || (old !== null && target === source.agent),
        "what the report says",
      );
      if (target !== source.agent) {
        const back = { agent: source.agent, path: join(folder, "back.jsonl") };
        await convertFile(there, back);
        assert.ok(readFileSync(back.path).equals(readFileSync(source.path)), "law 2");
        if (!writable.includes(source.agent)) return;
        workOn(there, "new");
        const again = { agent: source.agent, path: join(folder, "again.jsonl") };
        const home = await convertFile(there, again);
        assert.equal(home.stale, 0);
        const [before, after] = [readLines(source.path), readLines(again.path)];
        assert.ok(after.subarray(0, before.length).equals(before), "law 3");
        assert.ok(home.added > 0);
      } else if (old !== null && is.plan.header.cwd !== null) {
        // Of a Gemini CLI file the store tells the folder: one elsewhere has none to come back from.
        const [a, b] = [was.live.map(textsOf), is.live.map(textsOf)];
        assert.equal(a.length, b.length);
        const back = { agent: target, path: join(folder, "back.jsonl") };
        await convertFile(there, back, { cwd: old });
        assert.ok(readFileSync(back.path).equals(readFileSync(source.path)), "there and back");
      }
    });
  }
}

describe("what comes home", () => {
  it("comes home to its own folder", async () => {
    const folder = mkdtempSync(join(root, "case-"));
    const source = fixture("claude-code/basic");
    const there = { agent: fixture("codex/basic").agent, path: join(folder, "there.jsonl") };
    await convertFile(source, there);
    const back = { agent: source.agent, path: join(folder, "back.jsonl") };
    await assert.rejects(
      convertFile(there, back, { cwd: NEW }),
      /restored and moved to another folder/,
    );
  });
});
