/** Whom a program of ours started, as the system's two lists tell it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import { familyOf, heeds, isAlive } from "../../../src/io/family.ts";
import { byPs, processes } from "../../../src/io/processes.ts";

describe("the family of a child", { skip: process.platform !== "linux" }, () => {
  /** A shell that waits for one command, and has started another one that ignores Ctrl-C. */
  async function withFamily(use: (pid: number) => void): Promise<void> {
    const child = spawn("sh", ["-c", "sleep 100 & echo; sleep 101; true"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      await once(child.stdout, "data");
      const pid = child.pid ?? 0;
      while (processes.all().filter(({ parent }) => parent === pid).length < 2);
      use(pid);
    } finally {
      for (const { pid, parent } of processes.all()) if (parent === child.pid) process.kill(pid);
      child.kill("SIGKILL");
    }
  }

  it("is the same in both lists, but for what ignores Ctrl-C", () =>
    withFamily((pid) => {
      const children = byPs.all().filter(({ parent }) => parent === pid);
      assert.equal(children.length, 2);
      const inProc = familyOf(pid);
      const listed = familyOf(pid, byPs);
      assert.equal(inProc.length, 2);
      assert.deepEqual(
        listed.map((one) => one.pid).sort(),
        [pid, ...children.map((one) => one.pid)].sort(),
      );
      for (const one of inProc) assert.ok(isAlive(one) && heeds(one, "SIGTERM"));
      for (const one of listed) assert.ok(isAlive(one, byPs));
    }));

  it("gets only SIGINT where nothing says what ignores it, but for the child itself", () =>
    withFamily((pid) => {
      for (const one of familyOf(pid, byPs)) {
        assert.ok(heeds(one, "SIGINT"));
        assert.equal(heeds(one, "SIGTERM"), one.pid === pid);
        assert.equal(heeds(one, "SIGKILL"), one.pid === pid);
      }
    }));

  it("has no member that has ended, or that another process has the number of", () =>
    withFamily((pid) => {
      const [own] = familyOf(pid, byPs);
      assert.ok(own);
      assert.ok(!isAlive({ ...own, started: "Thu Jan  1 00:00:00 1970" }, byPs));
      assert.ok(!isAlive({ ...own, pid: 2 ** 22 - 1 }, byPs));
    }));

  it("is told as in /proc", () => {
    const [own, listed] = [processes.at(process.pid), byPs.at(process.pid)];
    assert.ok(own && listed);
    const { state: _s, started: _t, ...rest } = own;
    const { state: _u, started: _v, ...other } = listed;
    assert.deepEqual(other, rest);
  });
});
