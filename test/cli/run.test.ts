/** `segue run`, with fakes that do what is asked of them. The real CLIs are in test/native/failover.test.ts. */
import assert from "node:assert/strict";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type Deed, fake, logged } from "../support/fake-agent.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Ended, Machine, type RunOptions } from "../support/segue.ts";
import { fails } from "./support.ts";

const root = temporaryFolder();
const LIMIT = "You've hit your weekly limit";
const PI_LIMIT = '429: {"message":"You exceeded your current quota","code":"insufficient_quota"}';

class Fakes extends Machine {
  constructor(deeds: { [who: string]: readonly Deed[] }) {
    super(realpathSync(mkdtempSync(join(root, "home-"))));
    mkdirSync(this.at("shop"));
    fake(this.home, deeds);
  }

  segue(line: string, options: RunOptions = {}): Promise<Ended> {
    return this.run(["run", ...line.split(" ")], { cwd: this.at("shop"), alone: true, ...options });
  }

  logged(who: string): ReturnType<typeof logged> {
    return logged(this.home, who);
  }

  signals(who: string): string[] {
    const path = this.at(`${who}.signals`);
    return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  }

  /** The text of its sessions. */
  stored(pattern: string): string {
    const files = globSync(pattern, { cwd: this.home });
    return files.map((file) => readFileSync(this.at(file), "utf8")).join("\n");
  }

  get claude(): string {
    return this.stored(".claude/projects/*/*.jsonl");
  }

  get pi(): string {
    return this.stored(".pi/agent/sessions/*/*.jsonl");
  }
}

describe("run", { skip: process.platform === "win32" }, () => {
  it("starts the agent as if by hand", async () => {
    const m = new Fakes({ claude: [{ prints: "out", errors: "err", code: 37 }] });
    const { code, out, err } = await m.segue("claude --model opus --quiet --nonsense -- x");
    assert.deepEqual([code, out, err], [37, "out\n", "err\n"]);
    const [started] = m.logged("claude");
    assert.deepEqual(started?.args, ["--model", "opus", "--quiet", "--nonsense", "--", "x"]);
    assert.equal(started?.cwd, m.at("shop"));
  });

  it("passes signals on, and ends as the agent does", async () => {
    for (const [signal, deed, code] of [
      ["SIGTERM", {}, 128],
      ["SIGINT", {}, 128],
    ] as const) {
      const m = new Fakes({ claude: [deed] });
      const ended = await m.segue("claude", {
        started: (child) => whenLogged(m, "claude", () => child.kill(signal)),
      });
      assert.equal(ended.code, code, ended.err);
      assert.deepEqual(m.signals("claude"), [signal]);
    }
  });

  it("an agent that a signal ends ends Segue so", async () => {
    const m = new Fakes({ claude: [{}] });
    const ended = await m.segue("claude", {
      started: () =>
        whenLogged(m, "claude", () => process.kill(m.logged("claude")[0]?.pid ?? 0, "SIGKILL")),
    });
    assert.equal(ended.signal, "SIGKILL");
  });

  it("says how to go on, where nobody can be asked", async () => {
    const m = new Fakes({ claude: [{ says: "half", limit: LIMIT, code: 1 }], pi: [] });
    const { code, err } = await m.segue("claude -p x");
    assert.equal(code, 1);
    assert.match(err, /Claude Code is at its weekly limit/);
    const [, id = ""] = /segue resume claude-code:(\S+) --in pi/.exec(err) ?? [];
    assert.match(m.claude, new RegExp(id));
    assert.deepEqual(m.logged("pi"), []);
  });

  it("says nothing where there is no limit, whatever the exit code", async () => {
    const m = new Fakes({ claude: [{ says: "done", code: 3 }], pi: [] });
    const { code, err } = await m.segue("--failover pi claude -p x");
    assert.deepEqual([code, err], [3, ""]);
  });

  it("a conversation about limits is none", async () => {
    const m = new Fakes({ claude: [{ says: `${LIMIT} 429 rate_limit`, code: 1 }], pi: [] });
    const { code, err } = await m.segue("--failover pi claude -p x");
    assert.deepEqual([code, err], [1, ""]);
  });

  it("goes on in the next agent, with its output and its code alone", async () => {
    const m = new Fakes({
      claude: [{ prints: "first", says: "half", limit: LIMIT, code: 1 }],
      pi: [{ prints: "second", says: "MARK-DONE", code: 0 }],
    });
    const { code, out, err } = await m.segue("claude --failover pi -p x", { stdin: "piped" });
    assert.deepEqual([code, out], [0, "second\n"], err);
    const args = m.logged("pi").flatMap((one) => one.args);
    assert.equal(args.at(-1), "continue");
    assert.ok(args.includes("--print"), String(args));
    assert.match(m.pi, /half/);
    assert.match(err, /the session is in Pi: segue resume pi:/);
  });

  it("what it wrote is in the journal, and can be undone", async () => {
    const m = new Fakes({
      claude: [{ says: "half", limit: LIMIT, code: 1 }],
      pi: [{ code: 0 }],
    });
    await m.segue("claude --failover pi -p x");
    assert.notEqual(m.pi, "");
    const before = m.claude;
    const undone = await m.run(["undo"]);
    assert.equal(undone.code, 0, undone.err);
    assert.equal(m.pi, "");
    assert.equal(m.claude, before);
  });

  it("ends an agent that stays open at its limit: SIGINT, then SIGTERM", async () => {
    for (const deaf of [undefined, "SIGINT"] as const) {
      const m = new Fakes({
        claude: [{ says: "half", limit: LIMIT, ...(deaf && { deaf }) }],
        pi: [{ says: "on", code: 0 }],
      });
      const { code, err } = await m.segue("claude --failover pi -p x");
      assert.equal(code, 0, err);
      assert.deepEqual(m.signals("claude"), deaf ? ["SIGINT", "SIGTERM"] : ["SIGINT"]);
      assert.match(m.pi, /half/);
    }
  });

  it("gives up where all are at a limit, and says how to go on later", async () => {
    const m = new Fakes({
      claude: [{ says: "half", limit: LIMIT, code: 1 }],
      pi: [{ limit: PI_LIMIT, prints: "nothing", code: 5 }],
    });
    const { code, out, err } = await m.segue("claude --failover pi --hold 1s -p x");
    assert.deepEqual([code, out], [5, "nothing\n"]);
    assert.match(err, /no other agent can go on/);
    assert.match(err, /segue resume pi:/);
    assert.equal(m.logged("claude").length, 1);
  });

  it("tries the next one where an agent cannot be started on the session", async () => {
    const m = new Fakes({
      claude: [{ says: "half", limit: LIMIT, code: 1 }],
      pi: [{ limit: PI_LIMIT, code: 1 }],
    });
    const { err } = await m.segue("claude --failover pi,claude -p x");
    assert.match(err, /--failover names Claude Code, which runs first anyway/);
  });

  it("loses nothing when it is killed in between", async () => {
    const m = new Fakes({
      claude: [{ says: "MARK-HALF", limit: LIMIT, deaf: "all", after: 20_000 }],
      pi: [{ says: "on", code: 0 }],
    });
    const ended = await m.segue("claude --failover pi -p x", {
      started: (child) =>
        when(
          () => m.signals("claude").length > 0,
          () => child.kill("SIGKILL"),
        ),
    });
    assert.equal(ended.signal, "SIGKILL");
    process.kill(m.logged("claude")[0]?.pid ?? 0, "SIGKILL");
    assert.match(m.claude, /MARK-HALF/);
    const listed = await m.run(["list", "--json"]);
    const [{ id }] = JSON.parse(listed.out).sessions;
    const resumed = await m.run(["resume", id, "--in", "pi", "--no-launch"]);
    assert.equal(resumed.code, 0, resumed.err);
    assert.match(m.pi, /MARK-HALF/);
  });

  it("does not go on elsewhere when the user interrupts it", async () => {
    const m = new Fakes({ claude: [{ says: "half", limit: LIMIT }], pi: [{ code: 0 }] });
    const { code } = await m.segue("claude --failover pi -p x", {
      started: (child) => whenLogged(m, "claude", () => child.kill("SIGINT")),
    });
    assert.equal(code, 128);
    assert.deepEqual(m.logged("pi"), []);
  });

  it("brings the session home when home is free again", async () => {
    const past = `${LIMIT}|${Math.floor(Date.now() / 1000) + 8}`;
    const m = new Fakes({
      claude: [{ says: "half", limit: past, code: 1 }],
      pi: [{ says: "MARK-DONE", code: 0, after: 10_000 }],
    });
    const { code, err } = await m.segue("claude --failover pi --return --hold 1s -p x");
    assert.equal(code, 0, err);
    assert.match(err, /the session is home again: claude-code:/);
    assert.match(m.claude, /MARK-DONE/);
    assert.equal(m.logged("claude").length, 1, "it was started again");
  });

  it("takes a process that does nothing for stalled, if it is told to", async () => {
    const m = new Fakes({ claude: [{ says: "half" }], pi: [{ says: "on", code: 0 }] });
    const { code, err } = await m.segue("claude --failover pi --idle 1s -p x");
    assert.equal(code, 0, err);
    assert.match(err, /no output and no record/);
  });

  it("refuses what would only come up at a limit", async () => {
    const m = new Fakes({ claude: [{ code: 0 }], pi: [], codex: [] });
    fails(await m.segue("--failover nope claude"), 3, /there is no agent "nope"/);
    fails(await m.segue("--failover gemini claude"), 1, /Gemini CLI is not installed/);
    fails(await m.segue("--failover pi,pi claude"), 2, /names Pi twice/);
    fails(await m.segue("--return claude"), 2, /--return needs --failover/);
    fails(await m.segue("--failover pi --hold soon claude"), 2, /30s, 10m or 5h/);
    fails(await m.segue("--failover pi claude --nonsense"), 4, /--nonsense is no flag/);
    fails(await m.segue("--cwd nowhere claude"), 3, /no such folder/);
    assert.deepEqual(m.logged("claude"), []);
  });
});

function whenLogged(m: Fakes, who: string, then: () => void): void {
  when(() => m.logged(who).length > 0, then);
}

function when(is: () => boolean, then: () => void): void {
  const timer = setInterval(() => {
    if (!is()) return;
    clearInterval(timer);
    then();
  }, 50);
  // What is waited for may never be: then the test fails by itself.
  timer.unref();
}
