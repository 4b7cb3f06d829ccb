/** Whom `segue run` signals when it ends an agent: its processes, and no other process of the user. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Deed } from "../support/fake-agent.ts";
import { runProcess } from "../support/segue.ts";
import { Fakes, LIMIT, when } from "./fakes.ts";

const BIN = join(import.meta.dirname, "../../src/bin.ts");
const FAKE = join(import.meta.dirname, "../support/fake-agent.ts");

/** Runs Segue in a script, whose processes are all in one group, beside one that is none of Segue's business. */
function inScript(m: Fakes, line: string): ReturnType<typeof runProcess> {
  const node = `'${process.execPath}'`;
  // By its parent's number, it even looks like a child of Segue.
  const script = `${node} '${FAKE}' bystander < /dev/null > /dev/null 2>&1 &
    while [ ! -e "$HOME/bystander.log" ]; do sleep 0.05; done
    exec ${node} '${BIN}' run ${line}`;
  return runProcess("sh", ["-c", script], { cwd: m.at("shop"), env: m.env });
}

/** Where nobody asks for a process's exit code, it stays in the list. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function end(...pids: readonly number[]): void {
  for (const pid of pids) if (pid > 1 && isRunning(pid)) process.kill(pid, "SIGKILL");
}

/** What is there when the agent meets its limit: its worker has to be ready by then. */
class Family extends Fakes {
  constructor(deed: Deed) {
    super({
      claude: [{ says: "MARK-HALF", limit: LIMIT, ...deed }],
      pi: [{ says: "MARK-DONE", code: 0 }],
    });
  }

  pidOf(who: string): number {
    return this.logged(who)[0]?.pid ?? 0;
  }

  noted(name: string): number {
    const path = this.at(`${name}.pid`);
    return existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
  }
}

describe("run ends an agent", { skip: process.platform !== "linux" }, () => {
  it("with the process that does its work, and nothing else", async () => {
    const m = new Family({ worker: "heeds", servers: true });
    try {
      const { code, err } = await inScript(m, "--failover pi claude -p x");
      assert.equal(code, 0, err);
      assert.match(m.pi, /MARK-HALF[\s\S]*MARK-DONE/);
      assert.deepEqual(m.signals("claude"), ["SIGINT"]);
      assert.deepEqual(m.signals("worker"), ["SIGINT"]);
      assert.deepEqual(m.signals("bystander"), []);
      assert.ok(isRunning(m.pidOf("bystander")), "a process of the script was ended");
      assert.ok(isRunning(m.noted("server")), "a server in a group of its own was ended");
      assert.ok(isRunning(m.noted("background")), "what ignores Ctrl-C was ended");
    } finally {
      end(m.pidOf("bystander"), m.noted("server"), m.noted("background"));
    }
  });

  it("waits for what still works when the first process has ended", async () => {
    const m = new Family({ worker: "deaf" });
    try {
      const { code, err } = await inScript(m, "--failover pi claude -p x");
      assert.equal(code, 0, err);
      assert.deepEqual(m.signals("worker"), ["SIGINT", "SIGTERM"]);
      assert.ok(!isRunning(m.pidOf("worker")));
      assert.deepEqual(m.signals("bystander"), []);
    } finally {
      end(m.pidOf("bystander"), m.pidOf("worker"));
    }
  });

  it("that heeds nothing: it is killed, with its worker, and another one continues", async () => {
    const m = new Family({ worker: "deaf", deaf: "all" });
    try {
      const { code, err } = await inScript(m, "--failover pi claude -p x");
      assert.equal(code, 0, err);
      assert.match(m.pi, /MARK-HALF[\s\S]*MARK-DONE/);
      assert.deepEqual(m.signals("claude"), ["SIGINT", "SIGTERM"]);
      assert.ok(!isRunning(m.pidOf("claude")) && !isRunning(m.pidOf("worker")));
      assert.ok(isRunning(m.pidOf("bystander")), "a process of the script was ended");
    } finally {
      end(m.pidOf("bystander"), m.pidOf("worker"), m.pidOf("claude"));
    }
  });

  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    it(`that heeds nothing, when Segue itself is told to end: ${signal}`, async () => {
      const m = new Fakes({ claude: [{ says: "MARK-HALF", deaf: "all" }], pi: [{ code: 0 }] });
      const args = [BIN, "run", "--failover", "pi", "claude", "-p", "x"];
      try {
        const ended = await runProcess(process.execPath, args, {
          ...{ cwd: m.at("shop"), env: m.env },
          started: (child) =>
            when(
              () => m.claude !== "",
              () => child.kill(signal),
            ),
        });
        assert.equal(ended.signal, signal, ended.err);
        assert.ok(!isRunning(m.logged("claude")[0]?.pid ?? 0));
        assert.deepEqual(m.logged("pi"), []);
      } finally {
        end(m.logged("claude")[0]?.pid ?? 0);
      }
    });
  }

  it("signals of the user reach only the agent", async () => {
    const m = new Family({ worker: "heeds", servers: true });
    try {
      const args = [BIN, "run", "claude"];
      const ended = await runProcess(process.execPath, args, {
        ...{ cwd: m.at("shop"), env: m.env },
        started: (child) =>
          when(
            () => m.pidOf("worker") > 0 && m.noted("background") > 0,
            () => child.kill("SIGTERM"),
          ),
      });
      assert.equal(ended.code, 128, ended.err);
      assert.deepEqual(m.signals("claude"), ["SIGTERM"]);
      assert.deepEqual(m.signals("worker"), []);
      assert.ok(isRunning(m.noted("server")) && isRunning(m.noted("background")));
    } finally {
      end(m.pidOf("worker"), m.noted("server"), m.noted("background"));
    }
  });
});
