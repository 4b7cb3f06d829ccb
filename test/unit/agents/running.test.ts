/** Which sessions are open in their own CLI: by the processes that run, and by what CLIs note. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { agentNamed } from "../../../src/agents/registry.ts";
import { openedBy, refuseOpen } from "../../../src/agents/running.ts";
import { programOf } from "../../../src/io/interpreters.ts";
import { temporaryFolder } from "../../support/folder.ts";

const root = temporaryFolder();
const ID = "5bc11129-2190-4369-9607-043d5c33041d";
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill("SIGKILL");
});

interface Machine {
  home: string;
  env: { HOME: string };
  at(...names: string[]): string;
  /** Options for Node. */
  options: string[];
  /** A program of this name that runs until the test ends; gives its process number. */
  start(name: string, ...args: string[]): Promise<number>;
}

function machine(): Machine {
  const home = mkdtempSync(join(root, "home-"));
  const env = { HOME: home };
  const at = (...names: string[]) => join(home, ...names);
  const options: string[] = [];
  return {
    home,
    env,
    at,
    options,
    async start(name, ...args) {
      const program = at("bin", `${name}.mjs`);
      mkdirSync(dirname(program), { recursive: true });
      writeFileSync(
        program,
        `${name === "pi" ? "process.title = 'pi';" : ""} console.log('up'); setInterval(() => {}, 1e6);`,
      );
      const child = spawn(process.execPath, [...options, program, ...args], { env, cwd: home });
      children.push(child);
      await once(child.stdout, "data");
      return child.pid ?? 0;
    },
  };
}

function write(path: string, content: unknown): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(content));
  return path;
}

describe("the program that a process runs", () => {
  const GEMINI = "/usr/lib/node_modules/@google/gemini-cli/dist/index.js";
  for (const [line, program] of [
    ["gemini --resume x", "gemini"],
    [`node ${GEMINI} --resume x`, GEMINI],
    [`/usr/bin/node --require /x.cjs ${GEMINI}`, GEMINI],
    [`node -r x -r=y --import z ${GEMINI} -r w`, GEMINI],
    [`node --max-old-space-size=4096 --no-warnings ${GEMINI}`, GEMINI],
    [`nodejs --title t --inspect --enable-source-maps ${GEMINI}`, GEMINI],
    [`node.exe --env-file .env -C dev -- ${GEMINI}`, GEMINI],
    [`node -e code ${GEMINI}`, null],
    [`node --require x -p code ${GEMINI}`, null],
    ["node --inspect", null],
    [`bun run ${GEMINI}`, GEMINI],
    [`bun --cwd /x run --preload y ${GEMINI}`, GEMINI],
    [`bunx -p pkg gemini`, "gemini"],
    [`tsx --tsconfig t.json ${GEMINI}`, GEMINI],
    [`node --no-warnings /usr/bin/tsx watch --import x ${GEMINI}`, GEMINI],
    [`deno run -A --config c npm:@google/gemini-cli@0.61.0`, "node_modules/@google/gemini-cli"],
    ["", ""],
  ] as const) {
    it(line, () => assert.equal(programOf(line.split(" ")), program));
  }
});

describe("a session is open in its CLI", { skip: process.platform !== "linux" }, () => {
  it("though the name that it gave itself took the place of its variables", async () => {
    const m = machine();
    const child = spawn(process.execPath, ["-e", "console.log('up'); setInterval(() => {}, 1e6)"], {
      argv0: "Kimi Code",
      env: {},
      cwd: m.home,
    });
    children.push(child);
    await once(child.stdout, "data");
    const target = { id: ID, path: m.at("x.jsonl"), cwd: m.home };
    const found = { pid: child.pid, sure: false };
    assert.deepEqual(openedBy(agentNamed("kimi-cli"), target, m.env), found);
  });

  it("that was started with it", async () => {
    const m = machine();
    const target = { id: ID, path: m.at("x.jsonl"), cwd: null };
    assert.equal(openedBy(agentNamed("gemini"), target, m.env), null);
    const pid = await m.start("gemini", "--resume", ID);
    assert.deepEqual(openedBy(agentNamed("gemini"), target, m.env), { pid, sure: true });
    assert.equal(openedBy(agentNamed("qwen"), target, m.env), null);
    assert.equal(openedBy(agentNamed("gemini"), { ...target, id: "another" }, m.env), null);
    // Another user's home is another store.
    assert.equal(openedBy(agentNamed("gemini"), target, machine().env), null);
    const copilot = await m.start("copilot", `--resume=${ID}`);
    assert.deepEqual(openedBy(agentNamed("copilot"), target, m.env), { pid: copilot, sure: true });
  });

  it("that Node was given options for", async () => {
    const m = machine();
    const target = { id: ID, path: m.at("x.jsonl"), cwd: null };
    m.options.push("--require", write(m.at("first.cjs"), 1), "--max-old-space-size=256");
    const pid = await m.start("gemini", "--resume", ID);
    assert.deepEqual(openedBy(agentNamed("gemini"), target, m.env), { pid, sure: true });
  });

  for (const [agent, program, folder] of [
    ["claude-code", "claude", ".claude/sessions"],
    ["qwen", "qwen", ".qwen/sessions"],
  ] as const) {
    it(`that ${agent} says so, as long as it runs`, async () => {
      const m = machine();
      const target = { id: ID, path: m.at("x.jsonl"), cwd: m.home };
      const pid = await m.start(program);
      write(m.at(folder, `${pid + 1e6}.json`), { pid: pid + 1e6, sessionId: ID });
      assert.equal(openedBy(agentNamed(agent), target, m.env), null);
      write(m.at(folder, `${pid}.json`), { pid, sessionId: ID });
      assert.deepEqual(openedBy(agentNamed(agent), target, m.env), { pid, sure: true });
    });
  }

  it("that Copilot says so, which does not say which process", async () => {
    const m = machine();
    const target = { id: ID, path: m.at("x.jsonl"), cwd: m.home };
    const note = (openedAt: string) =>
      write(m.at(".copilot/open-sessions-state.json"), { [ID]: { schemaVersion: 1, openedAt } });
    note(new Date().toISOString());
    assert.equal(openedBy(agentNamed("copilot"), target, m.env), null);
    const pid = await m.start("copilot");
    // Of a process that was killed since.
    note("2026-01-01T00:00:00.000Z");
    assert.equal(openedBy(agentNamed("copilot"), target, m.env), null);
    note(new Date().toISOString());
    assert.deepEqual(openedBy(agentNamed("copilot"), target, m.env), { pid, sure: true });
  });

  it("that runs in the session's folder, and does not say that it has another open", async () => {
    const m = machine();
    const target = { id: ID, path: m.at("x.jsonl"), cwd: m.home };
    await m.start("gemini", "--resume", ID.replace("5bc1", "0000"));
    assert.equal(openedBy(agentNamed("gemini"), target, m.env), null);
    const pid = await m.start("gemini", "--resume", "latest");
    assert.deepEqual(openedBy(agentNamed("gemini"), target, m.env), { pid, sure: false });
  });

  it("and no other program that only has its words in its arguments", async () => {
    const m = machine();
    const target = { id: ID, path: m.at("x.jsonl"), cwd: m.home };
    await m.start("grep", "-r", "pi", ID);
    await m.start("pi-hole", ID);
    assert.equal(openedBy(agentNamed("pi"), target, m.env), null);
  });

  it("that runs in the session's folder, and hides what it was started with", async () => {
    const m = machine();
    const target = { id: ID, path: m.at("x.jsonl"), cwd: m.home };
    const pid = await m.start("pi", "--session", ID.replace("5bc1", "0000"));
    assert.deepEqual(openedBy(agentNamed("pi"), target, m.env), { pid, sure: false });
    assert.equal(openedBy(agentNamed("pi"), { ...target, cwd: "/elsewhere" }, m.env), null);
    // A program of a user who is called so.
    const other = machine();
    await other.start("pi/app", ID);
    assert.equal(openedBy(agentNamed("pi"), { ...target, cwd: other.home }, other.env), null);
    assert.throws(() => refuseOpen(agentNamed("pi"), target, m.env), {
      kind: "refused",
      message: new RegExp(`may have this session open \\(process ${pid}\\)`),
    });
  });
});
