/** Which folder a session belongs to: for lists, `show`, what is written and what is started. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { slug } from "../../src/agents/claude-code/store.ts";
import { fixture } from "../support/fixtures.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Machine, SHOP } from "../support/segue.ts";
import { fails } from "./support.ts";

const root = temporaryFolder();
const ID = "a316b274-237e-4773-a7a9-d2b7db063b4e";

function machine(...folders: string[]): Machine {
  const m = new Machine(realpathSync(mkdtempSync(join(root, "home-"))));
  for (const folder of folders) mkdirSync(m.at(folder), { recursive: true });
  return m;
}

interface Said {
  cwd: string;
  text: string;
  answers?: string;
}

/** A Claude Code session in the folder of a project, with a line for each thing that was said. */
function claude(m: Machine, project: string, said: Said[], more: object[] = []): string {
  const base = { isSidechain: false, userType: "external", sessionId: ID, version: "2.1.197" };
  const uuid = (n: number) => `f2486259-3943-4781-884e-6847741796c${n}`;
  const lines = said.flatMap(({ cwd, text, answers = "done" }, i) => {
    const time = (s: number) => `2026-11-27T09:0${i}:0${s}.000Z`;
    const place = { ...base, cwd, gitBranch: "main" };
    const [user, answer] = [2 * i, 2 * i + 1];
    const message = {
      ...{ id: `msg_${i}`, type: "message", role: "assistant", model: "claude-opus-4-8" },
      ...{ content: [{ type: "text", text: answers }], stop_reason: "end_turn" },
      usage: { input_tokens: 1, output_tokens: 1 },
    };
    return [
      {
        ...{ parentUuid: i === 0 ? null : uuid(user - 1), ...place, uuid: uuid(user) },
        ...{ timestamp: time(1), type: "user", message: { role: "user", content: text } },
      },
      {
        ...{ parentUuid: uuid(user), ...place, uuid: uuid(answer) },
        ...{ timestamp: time(2), type: "assistant", message },
      },
    ];
  });
  const folder = m.at(".claude/projects", slug(project));
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${ID}.jsonl`);
  writeFileSync(path, [...lines, ...more].map((line) => `${JSON.stringify(line)}\n`).join(""));
  return path;
}

const as = { asGiven: true };

/** The folder that the list and `show` give a session, and that a rollout is written for. */
async function folders(m: Machine, ...args: string[]): Promise<(string | undefined)[]> {
  const list = await m.run(["list", "--agent", "claude", "--all", "--json"]);
  const show = await m.run(["show", ID, "--json"]);
  const resume = ["resume", ID, "--in", "codex", "--no-launch", "--json", ...args];
  const { out, err, code } = await m.run(resume, as);
  assert.equal(code, 0, err);
  const [meta = ""] = readFileSync(JSON.parse(out).target.path, "utf8").split("\n");
  const [listed] = JSON.parse(list.out).sessions;
  return [listed.cwd, JSON.parse(show.out).header.cwd, JSON.parse(meta).payload.cwd];
}

describe("the folder of a session", () => {
  it("Claude Code: a project that was renamed is where its store and its newest records say", async () => {
    const m = machine("new");
    claude(m, m.at("new"), [
      { cwd: m.at("old"), text: "before" },
      { cwd: m.at("new"), text: "after" },
    ]);
    assert.deepEqual(await folders(m), Array(3).fill(m.at("new")));
  });

  it("Claude Code: a `cd` is no move, neither into the project nor out of it", async () => {
    const m = machine("shop/src", "other");
    claude(m, m.at("shop"), [
      { cwd: m.at("shop"), text: "one" },
      { cwd: m.at("shop/src"), text: "two" },
      { cwd: m.at("other"), text: "three" },
    ]);
    assert.deepEqual(await folders(m), Array(3).fill(m.at("shop")));
  });

  it("Claude Code: a worktree that it was moved into, as long as that is there", async () => {
    const m = machine("shop", "shop/.claude/worktrees/feat");
    const worktreePath = m.at("shop/.claude/worktrees/feat");
    const worktreeSession = { originalCwd: m.at("shop"), worktreePath, worktreeName: "feat" };
    const state = { type: "worktree-state", worktreeSession, sessionId: ID };
    claude(m, m.at("shop"), [{ cwd: m.at("shop"), text: "one" }], [state]);
    assert.deepEqual(await folders(m), Array(3).fill(worktreePath));
    rmSync(worktreePath, { recursive: true });
    assert.deepEqual(await folders(m, "--fork"), Array(3).fill(m.at("shop")));
  });

  it("Claude Code: a worktree that it left is not meant", async () => {
    const m = machine("shop", "wt");
    const entered = { worktreePath: m.at("wt") };
    const states = [entered, null].map((worktreeSession) => ({
      ...{ type: "worktree-state", worktreeSession, sessionId: ID },
    }));
    claude(m, m.at("shop"), [{ cwd: m.at("shop"), text: "one" }], states);
    assert.deepEqual(await folders(m), Array(3).fill(m.at("shop")));
  });

  it("Claude Code: the long form of a Windows path is the same folder", async () => {
    const m = machine();
    claude(m, "\\\\?\\D:\\shop", [{ cwd: "\\\\?\\D:\\shop", text: "one" }]);
    const { out } = await m.run(["show", ID, "--json"]);
    assert.equal(JSON.parse(out).header.cwd, "D:\\shop");
    const { sessions } = JSON.parse((await m.run(["list", "--all", "--json"])).out);
    assert.equal(sessions[0].cwd, "D:\\shop");
  });

  it("Gemini before 0.39: the project whose folder it is in", async () => {
    const m = machine("shop");
    m.install(fixture("gemini/json-0.38"));
    writeFileSync(m.at(".gemini/tmp/shop/.project_root"), m.at("shop"));
    const path = m.at(".gemini/tmp/shop/chats/session-2026-11-21T09-06-b8baa39b.json");
    const { out, code, err } = await m.run(
      ["resume", path, "--in", "codex", "--no-launch", "--json"],
      as,
    );
    assert.equal(code, 0, err);
    const [meta = ""] = readFileSync(JSON.parse(out).target.path, "utf8").split("\n");
    assert.equal(JSON.parse(meta).payload.cwd, m.at("shop"));
  });

  it("Gemini: a folder named by the hash of a path that is known, and of one that is not", async () => {
    const m = machine("shop");
    m.install(fixture("gemini/json-0.38"));
    rmSync(m.at(".gemini/tmp/shop/.project_root"));
    const text = readFileSync(
      m.at(".gemini/tmp/shop/chats/session-2026-11-21T09-06-b8baa39b.json"),
      "utf8",
    );
    const hash = createHash("sha256").update(m.at("shop")).digest("hex");
    const chats = m.at(".gemini/tmp", hash, "chats");
    mkdirSync(chats, { recursive: true });
    const path = join(chats, "session-2026-11-21T09-06-b8baa39b.json");
    writeFileSync(path, text);
    rmSync(m.at(".gemini/tmp/shop"), { recursive: true });
    const resume = ["resume", path, "--in", "codex", "--no-launch", "--json"];
    fails(await m.run(resume, as), 1, /cannot tell which folder.*\n.*--cwd/);
    assert.equal(existsSync(m.at(".codex")), false, "something was written");
    writeFileSync(
      m.at(".gemini/projects.json"),
      JSON.stringify({ projects: { [m.at("shop")]: "shop" } }),
    );
    const { out, code, err } = await m.run(resume, as);
    assert.equal(code, 0, err);
    const [meta = ""] = readFileSync(JSON.parse(out).target.path, "utf8").split("\n");
    assert.equal(JSON.parse(meta).payload.cwd, m.at("shop"));
    const { sessions } = JSON.parse(
      (await m.run(["list", "--all", "--agent", "gemini", "--json"])).out,
    );
    assert.equal(sessions[0].cwd, m.at("shop"));
  });

  it("Codex 0.20: what the model was told, else nothing; the current folder is never meant", async () => {
    const m = machine("shop");
    const old = fixture("codex/old-0.20.0");
    const path = m.copy(old, "old.jsonl");
    const resume = ["resume", path, "--in", "pi", "--no-launch", "--json"];
    fails(await m.run(resume, as), 1, /cannot tell which folder.*\n.*--cwd/);
    assert.equal(existsSync(m.at(".pi")), false, "something was written");
    assert.equal((await m.run([...resume, "--dry-run"], as)).code, 0);
    const named = await m.run([...resume, "--cwd", m.at("shop")], as);
    assert.equal(named.code, 0, named.err);
    const [first = "", ...rest] = readFileSync(path, "utf8").split("\n");
    const text = `<environment_context>\n  <cwd>${m.at("shop")}</cwd>\n</environment_context>`;
    const context = {
      ...{ type: "message", id: null, role: "user" },
      content: [{ type: "input_text", text }],
    };
    writeFileSync(path, [first, JSON.stringify(context), ...rest].join("\n"));
    const told = await m.run(resume, as);
    assert.equal(told.code, 0, told.err);
    const [header = ""] = readFileSync(JSON.parse(told.out).target.path, "utf8").split("\n");
    assert.equal(JSON.parse(header).cwd, m.at("shop"));
  });

  it("one that is gone is not written for, unless the user names it", async () => {
    const m = machine();
    m.install(fixture("pi/basic"));
    const [path = ""] = globSync(m.at(".pi/agent/sessions/*/*.jsonl"));
    writeFileSync(path, readFileSync(path, "utf8").replaceAll("/home/dev/shop", m.at("gone")));
    for (const more of [[], ["--handoff"]]) {
      const resume = ["resume", "pi#1", "--in", "codex", "--no-launch", ...more];
      fails(await m.run(resume, as), 1, /folder no longer exists.*\n.*--cwd/);
      assert.equal(existsSync(m.at(".codex")), false, "something was written");
    }
    assert.equal((await m.run(["log"])).out, "");
    const dry = await m.run(["resume", "pi#1", "--in", "codex", "--dry-run"], as);
    assert.equal(dry.code, 0, dry.err);
    assert.match(dry.err, /folder no longer exists/);
    const named = ["resume", "pi#1", "--in", "codex", "--no-launch", "--cwd", SHOP];
    assert.equal((await m.run(named, as)).code, 0);
    assert.equal(readdirSync(m.at(".codex/sessions")).length, 1);
  });
});
