import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Listed } from "../../../src/catalog/catalog.ts";
import { conversations, wasLeft } from "../../../src/catalog/conversations.ts";
import { Lineage } from "../../../src/catalog/lineage.ts";
import { shortened } from "../../../src/catalog/short-ids.ts";
import { widthOf } from "../../../src/cli/cells.ts";
import { sessionLines } from "../../../src/cli/session-table.ts";
import type { Write } from "../../../src/io/journal.ts";

const HOUR = 36e5;
const NOW = Date.now();

function listed(agent: string, id: string, hoursAgo: number, more: Partial<Listed> = {}): Listed {
  const time = NOW - hoursAgo * HOUR;
  const none = { createdAt: null, updatedAt: null, tokens: null, model: null, branch: null };
  return {
    ...{
      agent,
      profile: null,
      id,
      title: `${agent}'s`,
      cwd: "/home/dev/shop",
      messages: 3,
      path: `/${id}`,
    },
    ...{ ...none, parent: null, limit: null, from: null, continuedIn: [] },
    ...{ time, bytes: 1, here: true, isSubagent: false },
    ...more,
  };
}

function write(n: number, from: string, to: string, hoursAgo: number, action = "create"): Write {
  const side = (name: string) => {
    const [agent = "", id = ""] = name.split(":");
    return { agent, id, path: `/${id}`, bytes: 1, sha256: "" };
  };
  const time = new Date(NOW - hoursAgo * HOUR).toISOString();
  const isNew = action === "create" ? "create" : "append";
  const [source, target] = [side(from), side(to)];
  return {
    n,
    time,
    action: isNew,
    path: target.path,
    before: 0,
    madeFolder: null,
    source,
    target,
    carry: null,
  };
}

describe("a conversation that was handed over", () => {
  const there = () => true;

  it("knows where it came from and where it continued", () => {
    const lineage = new Lineage(
      [write(1, "claude-code:a", "codex:b", 3), write(2, "codex:b", "claude-code:a", 1, "append")],
      there,
    );
    const [a, b] = [
      { agent: "claude-code", profile: null, id: "a" },
      { agent: "codex", id: "b" },
    ];
    assert.deepEqual(lineage.from(b), { ...a, profile: null });
    // It began there; what came home did not make it.
    assert.equal(lineage.from(a), null);
    assert.deepEqual(
      lineage.continuedIn(a).map(({ id }) => id),
      ["b"],
    );
    assert.deepEqual(
      lineage.continuedIn(b).map(({ id }) => id),
      ["a"],
    );
  });

  it("does not name sessions that are gone", () => {
    const lineage = new Lineage([write(1, "claude-code:a", "codex:b", 3)], ({ id }) => id !== "b");
    assert.deepEqual(lineage.continuedIn({ agent: "claude-code", id: "a" }), []);
  });

  it("stays together when a session in its middle is gone", () => {
    const writes = [write(1, "claude-code:a", "codex:b", 3), write(2, "codex:b", "pi:c", 2)];
    const lineage = new Lineage(writes, ({ id }) => id !== "b");
    const first = { agent: "claude-code", profile: null, id: "a" };
    assert.deepEqual(lineage.from({ agent: "pi", id: "c" }), first);
    assert.deepEqual(
      lineage.continuedIn({ agent: "claude-code", id: "a" }).map(({ id }) => id),
      ["c"],
    );
  });

  it("was left where nothing was added, whatever the clock says", () => {
    const continuedIn = [{ agent: "codex", id: "b", time: NOW, bytes: 700 }];
    const ahead = listed("claude-code", "a", -5, { continuedIn, bytes: 700 });
    assert.equal(wasLeft(ahead), true);
    assert.equal(wasLeft({ ...ahead, bytes: 900 }), false);
  });

  it("stands in one place, with the session that it continued in first", () => {
    const to = (agent: string, id: string, hours: number) => [
      { agent, id, time: NOW - hours * HOUR, bytes: 0 },
    ];
    const sessions = [
      listed("qwen", "q", 0.5),
      // As long as nothing was added, both are of the same time.
      listed("claude-code", "a", 4, { continuedIn: to("codex", "b", 3) }),
      listed("codex", "b", 4, {
        from: { agent: "claude-code", id: "a" },
        continuedIn: to("pi", "c", 2),
      }),
      listed("gemini", "g", 5),
      listed("pi", "c", 4, { from: { agent: "codex", id: "b" } }),
    ];
    assert.deepEqual(
      conversations(sessions).flatMap((group) =>
        group.map(({ id }, n) => `${n > 0 ? "- " : ""}${id}`),
      ),
      ["q", "c", "- a", "- b", "g"],
    );
  });

  it("has the session first that continued after it was handed over", () => {
    const [a, b] = [
      listed("claude-code", "a", 1, {
        continuedIn: [{ agent: "codex", id: "b", time: NOW - 3 * HOUR, bytes: 0 }],
      }),
      listed("codex", "b", 2, { from: { agent: "claude-code", id: "a" } }),
    ];
    assert.deepEqual(
      conversations([a, b])
        .flat()
        .map(({ id }) => id),
      ["a", "b"],
    );
  });

  it("has the sessions of its subagents last; a fork is a conversation of its own", () => {
    const child = { parent: "a", isSubagent: true };
    const sessions = [
      listed("codex", "sub-2", 1, child),
      listed("codex", "fork", 2, { parent: "a" }),
      listed("codex", "a", 3),
      listed("codex", "sub-1", 4, child),
      listed("pi", "other", 5, child),
    ];
    assert.deepEqual(
      conversations(sessions).map((group) => group.map(({ id }) => id)),
      [["a", "sub-2", "sub-1"], ["fork"], ["other"]],
    );
  });
});

describe("short ids", () => {
  it("are as long as they must be for no other session to be meant, and eight at least", () => {
    const all = ["01a1fc2e-c448", "01a1fc2e-c453", "5bc11129-2190", "short", "5bc11129-2190"];
    assert.deepEqual(
      [...shortened(["01a1fc2e-c448", "5bc11129-2190", "short"], all).values()],
      ["01a1fc2e-c44", "5bc11129", "short"],
    );
  });
});

describe("the table of sessions", () => {
  const lines = [
    {
      session: listed("claude-code", "5bc11129", 2, { title: "日本語の長い題名 ".repeat(8) }),
      id: "5bc11129",
      isPart: false,
      note: null,
    },
    {
      session: listed("codex", "01a1fc2e", 400, { title: "short 🎉" }),
      id: "01a1fc2e",
      isPart: false,
      note: null,
    },
    {
      session: listed("pi", "01a1fc28", 1, { cwd: `/home/dev/${"deep/".repeat(20)}한글` }),
      id: "01a1fc28",
      isPart: true,
      note: "continued in Codex, 1 h ago",
    },
  ];
  const paint = (_: unknown, text: string) => text;

  for (const width of [40, 60, 80, 100, 120, 200]) {
    it(`is one line a session in ${width} columns, with every id whole`, () => {
      const table = sessionLines(lines, { width, paint });
      assert.equal(table.length, 4);
      for (const line of table) assert.ok(widthOf(line) <= width, line);
      for (const [i, { id }] of lines.entries()) assert.ok(table[i + 1]?.endsWith(`  ${id}`));
      const starts = table.map((line) => widthOf(line.slice(0, line.lastIndexOf("  "))));
      assert.equal(new Set(starts).size, 1, "columns stand below each other");
    });
  }

  it("says where the conversation continued", () => {
    assert.match(
      sessionLines(lines, { width: 100, paint })[3] ?? "",
      /└ continued in Codex, 1 h ago/,
    );
  });
});
