/** `segue run` beside another process of the same agent in the same folder: whose session is whose? */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as after } from "node:timers/promises";
import type { Deed } from "../support/fake-agent.ts";
import type { Ended } from "../support/segue.ts";
import { Fakes, LIMIT, when } from "./fakes.ts";

const FAKE = join(import.meta.dirname, "../support/fake-agent.ts");

/** `then`: when both have started. */
async function beside(
  deed: Deed,
  line: string,
  then: (m: Fakes) => void = () => {},
): Promise<{ m: Fakes; ended: Ended }> {
  const m = new Fakes({ claude: [{}, deed], pi: [{ says: "on", code: 0 }] });
  // A process is known by the name of what it runs.
  const program = m.at("bin/claude.ts");
  symlinkSync(FAKE, program);
  const script = `#!/bin/sh\nexec '${process.execPath}' '${program}' claude "$@"\n`;
  writeFileSync(m.at("bin/claude"), script);
  const other = spawn(m.at("bin/claude"), { cwd: m.at("shop"), env: m.env, stdio: "ignore" });
  try {
    while (m.logged("claude").length < 1) await after(20);
    const both = (): boolean => m.logged("claude").length > 1;
    const ended = await m.segue(line, { started: () => when(both, () => then(m)) });
    return { m, ended };
  } finally {
    other.kill("SIGKILL");
  }
}

describe("run beside the same agent", { skip: process.platform !== "linux" }, () => {
  it("takes no session that may be the other process's, and says so", async () => {
    const { m, ended } = await beside({ after: 8000, code: 0 }, "--failover pi claude", (all) =>
      all.limited("00000000-1111-4222-8333-444444444444", "Do it."),
    );
    const { code, err } = ended;
    assert.deepEqual([code, m.signals("claude"), m.logged("pi")], [0, [], []], err);
    assert.match(err, /Claude Code also ran here as process \d+: which session is whose/);
  });

  it("takes the session that began with its own prompt", async () => {
    const deed = { says: "MARK-HALF", limit: LIMIT, code: 1 };
    const { m, ended } = await beside(deed, "--failover pi claude -p -- MARK-PROMPT");
    assert.equal(ended.code, 0, ended.err);
    assert.match(m.pi, /MARK-PROMPT[\s\S]*MARK-HALF/);
    assert.doesNotMatch(ended.err, /also ran here/);
  });
});
