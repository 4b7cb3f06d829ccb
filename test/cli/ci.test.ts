/** The pipelines of docs/ci.md, as they stand there, with fakes for the agents. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { fake, logged } from "../support/fake-agent.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Ended, Machine, runProcess } from "../support/segue.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/ci.md"), "utf8");
const root = temporaryFolder();

function block(language: string): string {
  const [, text = ""] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "m").exec(PAGE) ?? [];
  return text;
}

/** A runner on which Claude Code is at its limit, and Pi does the work. */
class Runner extends Machine {
  constructor(code: number) {
    super(realpathSync(mkdtempSync(join(root, "runner-"))));
    mkdirSync(this.at("work"));
    fake(this.home, {
      claude: [
        { prints: "half an answer", says: "half", limit: "You've hit your weekly limit", code: 1 },
      ],
      pi: [{ prints: "the answer", says: "done", code }],
    });
    const segue = [process.execPath, join(ROOT, "src/bin.ts")].map((word) => `'${word}'`).join(" ");
    writeFileSync(this.at("bin/segue"), `#!/bin/sh\nexec ${segue} "$@"\n`, { mode: 0o755 });
  }

  script(shell: string, text: string): Promise<Ended> {
    return runProcess(shell, ["-e", "-c", text], { cwd: this.at("work"), env: this.env });
  }
}

describe("pipelines of docs/ci.md", { skip: process.platform === "win32" }, () => {
  it("GitHub Actions: the steps do the work and show what was written", async () => {
    const runner = new Runner(0);
    const { steps } = parse(block("yaml")).jobs.fix;
    const own = steps.filter((step: { run?: string }) => step.run?.includes("segue "));
    assert.equal(own.length, 2);
    const [work, log] = own;
    const done = await runner.script("bash", work.run);
    assert.deepEqual([done.code, done.out], [0, "the answer\n"], done.err);
    const args = logged(runner.home, "claude").flatMap((one) => one.args);
    const asked = ["-p", "Fix the failing tests.", "--permission-mode", "acceptEdits"];
    assert.deepEqual(args, asked);
    const seen = await runner.script("bash", log.run);
    assert.equal(seen.code, 0, seen.err);
    assert.match(seen.out, /claude-code[\s\S]*pi/);
  });

  for (const code of [0, 3]) {
    it(`the shell script ends with the last agent's code: ${code}`, async () => {
      const runner = new Runner(code);
      const done = await runner.script("sh", block("sh"));
      assert.equal(done.code, code, done.err);
      assert.match(done.out, /^the answer\n/);
      assert.doesNotMatch(done.out, /half an answer/);
    });
  }
});
