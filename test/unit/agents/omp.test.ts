import assert from "node:assert/strict";
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { omp } from "../../../src/agents/omp/index.ts";
import { launch } from "../../../src/agents/omp/launch.ts";
import { titleSlot } from "../../../src/agents/omp/slot.ts";
import { bucket, store } from "../../../src/agents/omp/store.ts";
import { fromNative, tools } from "../../../src/agents/omp/tools.ts";
import { pi } from "../../../src/agents/pi/index.ts";
import type { Beside } from "../../../src/session/codec.ts";
import { emptyHeader } from "../../../src/session/header.ts";
import type { Entry, Json, Message, ToolUse } from "../../../src/session/types.ts";
import { known, temporaryFolder } from "../../support/folder.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/omp");
const root = temporaryFolder();

function pathOf(variant: string): string {
  const [first] = globSync(`${variant}/.omp/agent/sessions/*/*.jsonl`, { cwd: FIXTURES });
  return join(FIXTURES, known(first));
}

function records(variant: string): Json[] {
  const lines = readFileSync(pathOf(variant), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line));
}

function read(lines: readonly Json[], beside?: Beside): Entry[] {
  const reader = omp.reader(beside);
  return lines.flatMap((record, at) => reader.read(record, at));
}

function messages(lines: readonly Json[], beside?: Beside): Message[] {
  return read(lines, beside).filter((entry) => entry.kind === "message");
}

function textsOf(message: Message | undefined): string[] {
  return (message?.parts ?? []).flatMap((part) => (part.kind === "text" ? [part.text] : []));
}

const TIME = "2026-11-29T20:00:00.000Z";

describe("the title before the header", () => {
  const sizeOf = (record: Json) => Buffer.byteLength(`${JSON.stringify(record)}\n`);

  it("is 256 bytes long, whatever the title", () => {
    const titles = [
      "",
      "Shop",
      "ü".repeat(40),
      "🎉".repeat(90),
      'a "quoted" \\ title',
      "x".repeat(999),
    ];
    for (const title of titles) assert.equal(sizeOf(titleSlot(title, TIME)), 256, title);
  });

  it("keeps what fits of a long title, in whole characters", () => {
    const { title } = JSON.parse(JSON.stringify(titleSlot("🎉".repeat(90), TIME)));
    assert.match(title, /^(?:🎉)+$/u);
    assert.ok(title.length >= 60, String(title.length));
  });

  it("is the session's", () => {
    const reader = omp.reader();
    const [title, start] = records("kinds")
      .slice(0, 2)
      .flatMap((record, at) => reader.read(record, at));
    assert.deepEqual(
      title?.kind === "event" && title.event === "title" && title.title,
      "All kinds",
    );
    assert.equal(start?.kind === "event" && start.event, "start");
    assert.equal(reader.header().title, "All kinds");
    assert.equal(reader.header().id, "01a22a00-0000-7000-8000-00000000c1d5");
  });

  it("is only the first line: later ones mean nothing", () => {
    const [slot = null, ...rest] = records("basic");
    const reader = omp.reader();
    for (const [at, record] of [...rest, { ...Object(slot), title: "Late" }].entries()) {
      reader.read(record, at);
    }
    assert.equal(reader.header().title, null);
  });

  it("is in the header of sessions from before it", () => {
    const reader = omp.reader();
    const header = {
      type: "session",
      version: 3,
      id: "x",
      timestamp: TIME,
      cwd: "/",
      title: "Old",
    };
    reader.read(header, 0);
    assert.equal(reader.header().title, "Old");
  });

  it("is written before the header, and changed with a record", () => {
    const writer = omp.writer({ seed: "s", cliVersion: null });
    const header = { ...emptyHeader("pi"), id: "x", cwd: "/shop", createdAt: TIME, title: "Shop" };
    const place = { kind: "event", id: "", parentId: null, time: TIME } as const;
    const start = writer.predict({ ...place, event: "start", header });
    assert.deepEqual(start[0], titleSlot("Shop", TIME));
    for (const record of start) writer.commit(record);
    assert.deepEqual(writer.predict({ ...place, event: "title", title: "Shop" }), []);
    const [change] = writer.predict({ ...place, event: "title", title: "Door" });
    assert.match(JSON.stringify(change), /"type":"title_change",.*"title":"Door","source":"user"/);
  });
});

describe("what its model is sent", () => {
  it("is nothing from before /clear", () => {
    const boundary = read(records("kinds")).find(
      (entry) => entry.kind === "event" && entry.event === "compaction",
    );
    assert.equal(
      boundary?.kind === "event" && boundary.event === "compaction" && boundary.summary,
      "",
    );
  });

  it("is files that a prompt mentions, code that the user ran, and what extensions say", () => {
    const all = messages(records("kinds")).flatMap(textsOf).join("\n");
    assert.match(
      all,
      /<file path="notes.txt">\nKIND-FILE the notes\n<\/file>\n<file path="empty.txt">\n<\/file>/,
    );
    assert.match(all, /Ran Python:\n```python\nprint\('KIND-PYTHON'\)\n```\nOutput:/);
    assert.match(all, /Execution failed with code 1/);
    assert.match(all, /KIND-EXTENSION[\s\S]*KIND-CUSTOM[\s\S]*KIND-HOOK[\s\S]*KIND-DEVELOPER/);
    assert.match(all, /Branch-return summary:\n\n<summary>\nKIND-BRANCH was tried\n<\/summary>/);
  });

  it("is how the user changed the list of tasks, but not what the CLI reminds it of", () => {
    const say = (text: string, n: number): Json => ({
      ...{ type: "message", id: `0000000${n}`, parentId: null, timestamp: TIME },
      message: { role: "developer", content: [{ type: "text", text }], attribution: "agent" },
    });
    const [changed, stopped] = messages([
      say(
        "<system-reminder>\nThe user manually modified the todo list (append).\nCurrent todo list:\n\n- [ ] Paint\n</system-reminder>",
        1,
      ),
      say(
        "<system-reminder>\nYou stopped with 1 incomplete todo item(s):\n- Paint\n</system-reminder>",
        2,
      ),
    ]);
    assert.deepEqual([changed?.scaffold, stopped?.scaffold], [undefined, true]);
  });

  it("is neither what is for the screen only, nor an answer that was tried again", () => {
    const aside = messages(records("kinds")).filter(({ scaffold }) => scaffold === true);
    const said = aside.flatMap(textsOf).join("\n");
    for (const word of [
      "KIND-PRIVATE",
      "KIND-SECRET",
      "KIND-PLAN",
      "KIND-RETRIED",
      "KIND-REMINDER",
    ]) {
      assert.ok(said.includes(word), word);
    }
    assert.equal(aside.length, 5);
  });

  it("is the text of an archive that is shown as pictures", () => {
    const [compaction] = read(records("snapcompact")).flatMap((entry) =>
      entry.kind === "event" && entry.event === "compaction" ? [entry.summary] : [],
    );
    assert.match(known(compaction), /SNAP-SUMMARY[\s\S]*SNAP-ARCHIVE asked, answered/);
  });

  it("is told when only the vendor can read it", () => {
    const compaction = {
      ...{ type: "compaction", id: "c0000001", parentId: null, timestamp: TIME, summary: "s" },
      preserveData: { openaiRemoteCompaction: { provider: "openai", replacementHistory: [] } },
    };
    const [, sealed] = read([compaction]);
    assert.equal(
      sealed?.kind === "event" && sealed.event === "unread" && sealed.reason,
      "sealed-summary",
    );
  });
});

describe("images in files of their own", () => {
  const path = pathOf("image");

  it("are found by their digest", () => {
    const beside: Beside = (name) => store.beside?.(path, name) ?? null;
    const images = messages(records("image"), beside).flatMap(({ parts }) =>
      parts.flatMap((part) => (part.kind === "tool-result" ? part.content : [part])),
    );
    const data = images.flatMap((part) => (part.kind === "image" ? [part.data ?? ""] : []));
    assert.equal(data.length, 2);
    for (const one of data)
      assert.equal(Buffer.from(one, "base64").subarray(6, 10).toString(), "JFIF");
  });

  it("are put into a copy that goes elsewhere", () => {
    const line =
      '{"data":"blob:sha256:ebb9d8ff2ee4cf68ffc9ba81fdb4f5efc6bde086d29cae1fc3aaa7ccb6379cd7"}';
    assert.match(store.detached?.(path, line) ?? "", /^\{"data":"\/9j\/[\w+/=]+"\}$/);
  });

  it("are missing, not something else, if there is none, or the name leads out", () => {
    const home = mkdtempSync(join(root, "home-"));
    const session = join(home, ".omp/agent/sessions/-shop/x.jsonl");
    const blobs = join(home, ".omp/agent/blobs");
    for (const folder of [blobs, dirname(session)]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(home, "secret"), "secret");
    symlinkSync(join(home, "secret"), join(blobs, "a".repeat(64)));
    for (const name of ["a".repeat(64), "b".repeat(64), "../secret", "../../../secret"]) {
      assert.equal(store.beside?.(session, `blob:sha256:${name}`), null, name);
    }
    const image = { type: "image", mimeType: "image/png", data: `blob:sha256:${"b".repeat(64)}` };
    const message = { role: "user", content: [image], timestamp: 1 };
    const line = { type: "message", id: "a", parentId: null, timestamp: TIME, message };
    assert.deepEqual(messages([line])[0]?.parts, [
      { kind: "unread", type: "image", reason: "missing" },
    ]);
  });
});

describe("limits", () => {
  it("say when they end, if the provider asked for a wait", () => {
    const [limit] = read(records("limit-429")).filter(
      (entry) => entry.kind === "event" && entry.event === "limit",
    );
    const at = limit?.kind === "event" && limit.event === "limit" ? limit.resetsAt : undefined;
    // An hour after the answer that failed.
    assert.equal(at?.slice(0, 13), "2026-11-29T21");
  });

  it("are seen without that, too", () => {
    const limits = read(records("quota")).filter(
      (entry) => entry.kind === "event" && entry.event === "limit",
    );
    assert.equal(limits.length, 1);
  });
});

describe("the store", () => {
  const env = { HOME: "/home/dev" };

  it("names a project's folder by where it is", () => {
    assert.equal(bucket("/home/dev", env), "-");
    assert.equal(bucket("/home/dev/code/shop", env), "-code-shop");
    assert.equal(bucket("/home/developer", env), "--home-developer--");
    assert.equal(bucket("/tmp/x", env), "-tmp-x");
    assert.equal(bucket("/opt/shop", env), "--opt-shop--");
    assert.equal(bucket("C:\\work\\shop", env), "--C--work-shop--");
  });

  it("is moved by the variables and the profile that the CLI reads", () => {
    const sessions = (more: NodeJS.ProcessEnv) => store.roots({ ...env, ...more })[0];
    assert.equal(sessions({}), "/home/dev/.omp/agent/sessions");
    assert.equal(sessions({ PI_CODING_AGENT_DIR: "/x" }), "/x/sessions");
    assert.equal(sessions({ PI_CODING_AGENT_SESSION_DIR: "/y" }), "/y");
    assert.equal(sessions({ PI_CONFIG_DIR: ".other" }), "/home/dev/.other/agent/sessions");
    const profile = "/home/dev/.omp/profiles/work/agent/sessions";
    assert.equal(sessions({ OMP_PROFILE: "work" }), profile);
    assert.equal(sessions({ OMP_PROFILE: "work", PI_CODING_AGENT_DIR: "/x" }), profile);
    assert.equal(sessions({ OMP_PROFILE: "../../etc" }), "/home/dev/.omp/agent/sessions");
  });

  it("lists the sessions of every profile", () => {
    const home = mkdtempSync(join(root, "home-"));
    const other = join(home, ".omp/profiles/work/agent");
    mkdirSync(other, { recursive: true });
    assert.deepEqual(store.roots({ HOME: home }), [
      join(home, ".omp/agent/sessions"),
      join(other, "sessions"),
    ]);
  });

  it("tells its sessions from Pi's where both are in one folder", async () => {
    const folder = mkdtempSync(join(root, "both-"));
    const shop = join(folder, "sessions/-shop");
    mkdirSync(shop, { recursive: true });
    const name = "2026-11-29T20-00-00-000Z_";
    writeFileSync(join(shop, `${name}own.jsonl`), readFileSync(pathOf("basic")));
    const header = { type: "session", version: 3, id: "pis", timestamp: TIME, cwd: "/" };
    writeFileSync(join(shop, `${name}pis.jsonl`), `${JSON.stringify(header)}\n`);
    const found = async (one: typeof store) =>
      (await one.find(join(folder, "sessions"))).map(({ id }) => id);
    assert.deepEqual(await found(store), ["own"]);
    assert.deepEqual(await found(pi.store), ["pis"]);
  });

  it("finds a session's subagents", async () => {
    const children = await store.children?.(pathOf("subagent"));
    assert.deepEqual(
      children?.map((path) => path.split("/").at(-1)),
      ["Counter.jsonl"],
    );
  });
});

describe("tools", () => {
  const uses: [name: string, input: Json, use: ToolUse | null][] = [
    ["read", { i: "why", path: "a.ts" }, { tool: "read", path: "a.ts" }],
    ["read", { path: "a.ts:10-20" }, { tool: "read", path: "a.ts", offset: 10, limit: 11 }],
    ["read", { path: "a.ts:10+5" }, { tool: "read", path: "a.ts", offset: 10, limit: 5 }],
    ["read", { path: "a.ts:10-" }, { tool: "read", path: "a.ts", offset: 10 }],
    ["read", { path: "https://example.com" }, { tool: "fetch", url: "https://example.com" }],
    ["read", { path: "skill://x" }, null],
    ["write", { path: "xd://mcp__shop_price", content: "{}" }, null],
    ["edit", { i: "why", input: "[a.ts#1234]\n1|x" }, null],
    ["bash", { command: "ls", async: true }, null],
    ["glob", { path: "**/*.ts" }, { tool: "glob", pattern: "**/*.ts" }],
    ["glob", { path: "**/*.ts", hidden: true }, null],
    [
      "mcp__shop_price",
      { item: "door" },
      { tool: "mcp", server: "shop", name: "price", input: { item: "door" } },
    ],
    ["mcp__my_shop_price", {}, null],
    ["todo", { op: "done", task: "x" }, null],
    ["task", { context: "c", tasks: [{ task: "a" }, { task: "b" }] }, null],
  ];
  for (const [name, input, use] of uses) {
    it(`${name} ${JSON.stringify(input)}`, () => assert.deepEqual(fromNative(name, input), use));
  }

  it("there and back", () => {
    const all: ToolUse[] = [
      { tool: "execute", command: "ls", cwd: "/x", timeoutMs: 1500 },
      { tool: "read", path: "a.ts", offset: 3, limit: 2 },
      { tool: "read", path: "a.ts", offset: 3 },
      { tool: "write", path: "a.ts", content: "x" },
      { tool: "edit", path: "a.ts", edits: [{ old: "a", new: "b", all: true }] },
      { tool: "search", pattern: "x", path: "src" },
      { tool: "glob", pattern: "*.ts" },
      { tool: "fetch", url: "https://example.com" },
      { tool: "web-search", query: "x" },
      { tool: "todo", items: [{ text: "a", status: "pending" }] },
      { tool: "subagent", prompt: "p", description: "Name", type: "task" },
      { tool: "mcp", server: "shop", name: "price", input: {} },
      { tool: "mcp", server: "my_shop", name: "price", input: {} },
    ];
    for (const use of all) {
      const call = known(tools.toNative(use));
      assert.equal(call.exact, true, use.tool);
      assert.deepEqual(fromNative(call.name, call.input), use);
    }
  });
});

describe("the command line", () => {
  it("takes a prompt as it is, whatever it begins with", () => {
    const args = (prompt: string) =>
      launch.resumeArgs({ id: "x", path: "/s.jsonl", prompt, args: [] });
    for (const prompt of ["-p", "@file", "go on"]) {
      assert.deepEqual(args(prompt), ["--resume", "/s.jsonl", "--", prompt]);
    }
  });
});
