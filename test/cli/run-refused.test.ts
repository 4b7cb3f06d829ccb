/** What `segue run` refuses before it starts anything: it would only come up at a limit. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Fakes, LIMIT } from "./fakes.ts";
import { fails } from "./support.ts";

const AGENTS = { claude: [{ code: 0 }], pi: [], codex: [], kimi: [], nanocoder: [], opencode: [] };

interface Refused {
  line: string;
  code: number;
  says: RegExp;
}

function refuses(title: string, cases: readonly Refused[]): void {
  it(title, async () => {
    const m = new Fakes(AGENTS);
    for (const { line, code, says } of cases) {
      const ended = await m.segue(line);
      fails(ended, code, says);
      assert.match(ended.err, /\n {2}\S/, `${line}: no hint:\n${ended.err}`);
    }
    for (const who of Object.keys(AGENTS)) assert.deepEqual(m.logged(who), [], who);
  });
}

describe("run refuses", { skip: process.platform === "win32" }, () => {
  refuses("names that are none", [
    { line: "cluade", code: 3, says: /there is no agent "cluade"\n.*did you mean claude/ },
    { line: "--failover nope claude", code: 3, says: /there is no agent "nope"/ },
    { line: "--failover pi,codx claude", code: 3, says: /"codx"\n.*did you mean codex/ },
    { line: "--failover junie claude", code: 3, says: /does not support Junie yet/ },
    { line: "--failover windsurf claude", code: 4, says: /cannot write sessions for Windsurf/ },
  ]);

  refuses("agents that are not there, or there twice", [
    { line: "gemini", code: 1, says: /Gemini CLI is not installed.*\n.*npm install -g @google/ },
    { line: "--failover gemini claude", code: 1, says: /Gemini CLI is not installed/ },
    { line: "--failover cc claude", code: 2, says: /names Claude Code, which runs first anyway/ },
    { line: "--failover pi,claude claude", code: 2, says: /which runs first anyway/ },
    { line: "--failover pi --idle 0s claude", code: 2, says: /--idle.*longer than 0s/ },
    { line: "--failover pi,pi claude", code: 2, says: /names Pi twice\n.*each agent once/ },
  ]);

  refuses("lists and times that are none, and options that say nothing alone", [
    { line: "--failover , claude", code: 2, says: /names of agents, separated by commas/ },
    { line: "--failover= claude", code: 2, says: /names of agents, separated by commas/ },
    { line: "--failover pi, claude", code: 2, says: /names of agents, separated by commas/ },
    { line: "--failover pi --hold soon claude", code: 2, says: /30s, 10m or 5h/ },
    { line: "--return claude", code: 2, says: /--return needs --failover/ },
    { line: "claude --wait 5h", code: 2, says: /--wait needs --failover/ },
    { line: "--failovr pi claude", code: 2, says: /unknown option "?'?--failovr.*\n.*--failover/ },
    { line: "--failover pi", code: 2, says: /<agent> is missing/ },
    { line: "--failover pi --cwd nowhere claude", code: 3, says: /no such folder/ },
  ]);

  refuses("its own options among the agent's", [
    {
      line: "claude -p x --failover pi",
      code: 2,
      says: /--failover must come before the agent's own arguments\n.*run --failover codex claude/,
    },
    { line: "claude -p x --return", code: 2, says: /--return must come before/ },
  ]);

  refuses("flags that it cannot translate", [
    { line: "--failover pi claude --nonsense", code: 4, says: /--nonsense is no flag of Claude/ },
    {
      line: "--failover codex claude -p x --output-format stream-json",
      code: 4,
      says: /Codex does not print what "--output-format stream-json" asks Claude Code for\n.*--force/,
    },
    {
      line: "--failover claude codex exec --json x",
      code: 4,
      says: /Claude Code does not print what "--json" asks Codex for/,
    },
    {
      line: "--failover opencode claude -p x --permission-mode plan",
      code: 4,
      says: /OpenCode has no flag that restricts it to this/,
    },
    {
      line: "--failover kimi claude -p x",
      code: 4,
      says: /Kimi Code does everything without asking; Claude Code is not started so/,
    },
    {
      line: "--failover nanocoder claude -p x",
      code: 2,
      says: /cannot continue a session without/,
    },
    {
      line: "--failover pi claude -p x --no-session-persistence",
      code: 2,
      says: /with --no-session-persistence, Claude Code stores no session to continue/,
    },
    { line: "--failover claude pi --mode rpc", code: 2, says: /with "rpc", Pi serves another/ },
    {
      line: "--failover claude codex app-server",
      code: 2,
      says: /with "app-server", Codex serves/,
    },
  ]);

  it("nothing of this without --failover: the agent itself has its say", async () => {
    const m = new Fakes({ claude: [{ code: 7 }] });
    const { code } = await m.segue("claude -p x --output-format stream-json --nonsense");
    assert.equal(code, 7);
    const [{ args } = { args: [] }] = m.logged("claude");
    assert.deepEqual(args, ["-p", "x", "--output-format", "stream-json", "--nonsense"]);
  });

  it("with --force, the next agent is started without them, and that is said", async () => {
    const m = new Fakes({
      claude: [{ prints: "{}", says: "half", limit: LIMIT, code: 1 }],
      pi: [{ prints: "text", says: "on", code: 0 }],
    });
    const line = "--failover pi --force claude -p x --output-format stream-json --nonsense";
    const { code, out, err } = await m.segue(line);
    assert.deepEqual([code, out], [0, "text\n"], err);
    assert.match(err, /--nonsense: left out/);
    assert.match(err, /--output-format stream-json: left out/);
    const args = m.logged("pi").flatMap((one) => one.args);
    assert.doesNotMatch(args.join(" "), /nonsense|stream-json/);
  });

  it("text is no format of its own", async () => {
    const m = new Fakes({
      claude: [{ says: "half", limit: LIMIT, code: 1 }],
      pi: [{ prints: "text", code: 0 }],
    });
    const ended = await m.segue("--failover pi claude -p x --output-format text");
    assert.deepEqual([ended.code, ended.out], [0, "text\n"], ended.err);
  });
});
