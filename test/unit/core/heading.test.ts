/** What stands above a session that `segue show` prints: it does not wait for the session's end. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { agentNamed } from "../../../src/agents/registry.ts";
import type { Agent } from "../../../src/agents/types.ts";
import { type OpenSession, withOpened } from "../../../src/core/read.ts";
import { fixtures } from "../../support/fixtures.ts";
import { temporaryFolder } from "../../support/folder.ts";

const scratch = temporaryFolder();

async function opened<T>(agent: Agent, path: string, work: (session: OpenSession) => T) {
  const options = { env: {}, scratch, failed: () => {} };
  const selected = { agent, path, name: path };
  return await withOpened(selected, options, async (session) => work(session));
}

describe("the heading of a session", () => {
  for (const { name, agent, path } of fixtures.filter(({ name }) => /\/basic\//.test(name))) {
    it(`says of ${name} what the whole session says`, async () => {
      const [heading, header] = await opened(agent, path, (session) => {
        return [session.heading(), session.header()] as const;
      });
      const { id, title, cwd, model } = header;
      assert.deepEqual([heading.id, heading.title?.slice(0, 80)], [id, title?.slice(0, 80)]);
      assert.deepEqual([heading.cwd, heading.model], [cwd, model]);
      assert.equal(heading.createdAt?.slice(0, 19), header.createdAt?.slice(0, 19));
    });
  }

  it("takes no longer for a long session than for a short one", async () => {
    const head = { type: "session", version: 3, id: "01a1fc28-078c-74e9-80e0-000000000001" };
    const time = "2026-11-21T08:00:00.000Z";
    const lines = [{ ...head, timestamp: time, cwd: "/home/dev/shop" }];
    const said = (n: number) => ({
      ...{ type: "message", id: String(n), parentId: n > 0 ? String(n - 1) : null },
      ...{ timestamp: time, message: { role: "user", content: `walrus ${n} ${"x ".repeat(500)}` } },
    });
    const all = [...lines, ...Array.from({ length: 30_000 }, (_, n) => said(n))];
    const path = join(scratch, "long.jsonl");
    writeFileSync(path, `${all.map((line) => JSON.stringify(line)).join("\n")}\n`);
    await opened(agentNamed("pi"), path, (session) => {
      const timed = (work: () => unknown): number => {
        const start = performance.now();
        work();
        return performance.now() - start;
      };
      session.heading();
      const [short, whole] = [timed(() => session.heading()), timed(() => session.header())];
      assert.match(session.heading().title ?? "", /^walrus 0 /);
      assert.ok(short < whole / 5, `${short} ms of ${whole} ms`);
    });
  });
});
