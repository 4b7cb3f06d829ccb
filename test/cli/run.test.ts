/** `segue run`, with fakes that do what is asked of them. The real CLIs are in test/native/failover.test.ts. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Fakes, LIMIT, PI_LIMIT, when, whenLogged } from "./fakes.ts";

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

  it("says how to continue, where nobody can be asked", async () => {
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

  it("continues in the next agent, with its output and its code alone", async () => {
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

  it("ends as the last agent did, though nobody reads what that printed", async () => {
    const m = new Fakes({
      claude: [{ says: "half", limit: LIMIT, code: 1 }],
      pi: [{ prints: "second ".repeat(50_000), says: "on", code: 7 }],
    });
    const { code, err } = await m.segue("--failover pi claude -p x", {
      started: (child) => child.stdout?.destroy(),
    });
    assert.equal(code, 7, err);
  });

  it("takes no session for its agent's that is open in another process", {
    skip: process.platform !== "linux",
  }, async () => {
    const m = new Fakes({ claude: [{ code: 0, after: 6000 }], pi: [] });
    const sessionId = "00000000-1111-4222-8333-444444444444";
    const { code, err } = await m.segue("--failover pi claude -p x", {
      started: () =>
        whenLogged(m, "claude", () => {
          mkdirSync(m.at(".claude/sessions"), { recursive: true });
          const note = { pid: process.pid, sessionId };
          writeFileSync(m.at(`.claude/sessions/${process.pid}.json`), JSON.stringify(note));
          m.limited(sessionId, "Do it.");
        }),
    });
    assert.deepEqual([code, m.signals("claude"), m.logged("pi")], [0, [], []], err);
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

  it("gives up where all are at a limit, and says how to continue later", async () => {
    const m = new Fakes({
      claude: [{ says: "half", limit: LIMIT, code: 1 }],
      pi: [{ limit: PI_LIMIT, prints: "nothing", code: 5 }],
    });
    const { code, out, err } = await m.segue("claude --failover pi --hold 1s -p x");
    assert.deepEqual([code, out], [5, "nothing\n"]);
    assert.match(err, /no other agent can continue/);
    assert.match(err, /segue resume pi:/);
    assert.equal(m.logged("claude").length, 1);
  });

  it("leaves nothing when the terminal is closed while it waits", async () => {
    const m = new Fakes({
      claude: [{ says: "half", limit: LIMIT, code: 1 }],
      pi: [{ limit: PI_LIMIT, code: 5 }],
    });
    mkdirSync(m.at("tmp"));
    let err = "";
    const ended = await m.segue("claude --failover pi --wait 5h -p x", {
      env: { TMPDIR: m.at("tmp") },
      started(child) {
        child.stderr?.on("data", (chunk) => (err += chunk));
        when(
          () => err.includes("waiting until"),
          () => child.kill("SIGHUP"),
        );
      },
    });
    assert.equal(ended.code, 129, ended.err);
    assert.deepEqual(readdirSync(m.at("tmp")), []);
  });

  it("names no session that was deleted meanwhile", async () => {
    const soon = `${LIMIT}|${Math.floor(Date.now() / 1000) + 8}`;
    const m = new Fakes({
      claude: [{ says: "half", limit: soon, code: 1 }],
      pi: [{ limit: PI_LIMIT, code: 5 }],
    });
    let said = "";
    const { code, err } = await m.segue("claude --failover pi --hold 1s --wait 1m -p x", {
      started(child) {
        child.stderr?.on("data", (chunk) => (said += chunk));
        when(
          () => said.includes("waiting until"),
          () => {
            for (const store of [".claude/projects", ".pi"])
              rmSync(m.at(store), { recursive: true });
          },
        );
      },
    });
    assert.equal(code, 5, err);
    assert.match(err, /cannot continue in Claude Code: the session was deleted/);
    assert.match(err, /no other agent can continue/);
    assert.doesNotMatch(err, /to continue later/);
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

  it("does not continue elsewhere when the user interrupts it", async () => {
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
});
