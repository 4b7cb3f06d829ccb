/** `segue run` with profiles: another account of an agent is another agent. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { Deed } from "../support/fake-agent.ts";
import { Fakes, LIMIT } from "./fakes.ts";
import { fails } from "./support.ts";

const CONFIG = `profiles:
  claude-work:
    agent: claude
    env: { CLAUDE_CONFIG_DIR: ~/.claude-work }
`;

class Accounts extends Fakes {
  constructor(deeds: { [who: string]: readonly Deed[] }) {
    super(deeds);
    mkdirSync(this.at(".segue"));
    writeFileSync(this.at(".segue/config.yml"), CONFIG);
  }

  get work(): string {
    return this.stored(".claude-work/projects/*/*.jsonl");
  }
}

describe("run with profiles", { skip: process.platform === "win32" }, () => {
  it("past an agent that cannot be started, into the next one", async () => {
    const m = new Accounts({
      claude: [
        { says: "MARK-HALF", limit: LIMIT, prints: "half", code: 1 },
        { says: "MARK-ON", prints: "done", code: 0 },
      ],
      pi: [],
    });
    writeFileSync(m.at("bin/pi"), "#!/nowhere/node\n");
    const line = "--failover pi,claude-work --hold 1s claude -p x";
    const { code, out, err } = await m.segue(line);
    assert.deepEqual([code, out], [0, "done\n"], err);
    assert.match(err, /cannot continue in Pi: "pi" cannot be started/);
    assert.match(m.work, /MARK-HALF[\s\S]*MARK-ON/);
  });

  it("not from an account into itself, by whatever name", async () => {
    const m = new Accounts({ claude: [{ says: "MARK-AWS", code: 0 }] });
    const more = `  twin: { agent: claude, env: { CLAUDE_CONFIG_DIR: ~/.claude } }
  linked: { agent: claude, env: { CLAUDE_CONFIG_DIR: ~/link } }
  bedrock: { agent: claude, env: { CLAUDE_CODE_USE_BEDROCK: "1" } }
`;
    writeFileSync(m.at(".segue/config.yml"), CONFIG + more);
    mkdirSync(m.at(".claude"));
    symlinkSync(m.at(".claude"), m.at("link"));
    for (const line of ["--failover twin claude", "--failover claude-work,twin linked"]) {
      fails(await m.segue(line), 2, /are the same account/);
    }
    assert.deepEqual(m.logged("claude"), []);
    // The same folder, but the requests go elsewhere.
    const { code, err } = await m.segue("--failover bedrock claude -p x");
    assert.equal(code, 0, err);
  });

  it("from a profile into another agent", async () => {
    const m = new Accounts({
      claude: [{ says: "MARK-HALF", limit: LIMIT, code: 1 }],
      pi: [{ prints: "done", says: "MARK-DONE", code: 0 }],
    });
    const { code, out, err } = await m.segue("claude-work --failover pi -p x");
    assert.deepEqual([code, out], [0, "done\n"], err);
    assert.match(err, /Claude Code \(claude-work\) is at its weekly limit.*; continuing in Pi/);
    assert.match(m.work, /MARK-HALF/);
    assert.equal(m.claude, "");
    assert.match(m.pi, /MARK-HALF[\s\S]*MARK-DONE/);
  });

  it("from an agent into its other account, with the same flags", async () => {
    const m = new Accounts({
      claude: [
        { prints: "{1}", says: "MARK-HALF", limit: LIMIT, code: 1 },
        { prints: "{2}", says: "MARK-DONE", code: 0 },
      ],
    });
    const flags = "--model opus --output-format stream-json --input-format stream-json";
    const { code, out, err } = await m.segue(`claude --failover claude-work -p ${flags}`);
    assert.deepEqual([code, out], [0, "{2}\n"], err);
    const [first, second] = m.logged("claude").map(({ args }) => args.join(" "));
    assert.equal(first, `-p ${flags}`);
    // Its prompt is an argument, and not read from the input.
    const resumed = /^--print --resume \S+ --model opus --output-format stream-json -- continue$/;
    assert.match(second ?? "", resumed);
    assert.match(m.work, /MARK-HALF[\s\S]*MARK-DONE/);
    assert.doesNotMatch(m.claude, /MARK-DONE/);
    assert.match(err, /the session is in Claude Code \(claude-work\): segue resume claude-work:/);
  });

  it("home again, into the account where it began", async () => {
    const soon = `${LIMIT}|${Math.floor(Date.now() / 1000) + 6}`;
    const m = new Accounts({
      claude: [
        { says: "MARK-HALF", limit: soon, code: 1 },
        { says: "MARK-DONE", code: 0, after: 8000 },
      ],
    });
    const { err } = await m.segue("claude-work --failover claude --return --hold 1s -p x");
    assert.match(err, /the session is home again: claude-work:/);
    assert.match(m.work, /MARK-HALF[\s\S]*MARK-DONE/);
  });

  it("what it says to do names the profile", async () => {
    const m = new Accounts({ claude: [{ says: "half", limit: LIMIT, code: 1 }] });
    const { err } = await m.segue("claude -p x");
    assert.match(err, /segue resume claude-code:\S+ --in claude-work/);
  });

  it("refuses itself, and profiles that are none", async () => {
    const m = new Accounts({ claude: [] });
    fails(await m.segue("--failover claude-work claude-work"), 2, /which runs first anyway/);
    const wrong = await m.segue("--failover claude-wrok claude");
    fails(wrong, 3, /no agent or profile "claude-wrok"\n.*did you mean claude-work/);
    assert.deepEqual(m.logged("claude"), []);
  });
});
