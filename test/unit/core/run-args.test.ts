/** What `segue run` knows of agents' command lines. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { agents } from "../../../src/agents/registry.ts";
import { argsFor, argsOf, checkArgs } from "../../../src/core/run-args.ts";
import { SegueError } from "../../../src/errors.ts";

const headless = agents.filter(({ launch }) => launch.headless);

function args(from: string, to: string, line: string): string[] {
  const [home, target] = [from, to].map((id) => agents.find((agent) => agent.id === id));
  assert.ok(home && target);
  return argsFor(target, home, argsOf(home, line.split(" "), true), false).args;
}

/** As with --failover, to the same agent's other account. */
function checked(id: string, line: string): void {
  const home = agents.find((agent) => agent.id === id);
  assert.ok(home);
  checkArgs(home, [home], argsOf(home, line.split(" "), true), false);
}

describe("arguments of segue run", () => {
  for (const agent of headless) {
    it(`${agent.id}: what is known of its flags is in its tables, by the same names`, () => {
      const { by = [], prompts = [], formats = [], unstored = [] } = agent.launch.headless ?? {};
      const flags = [...by, ...prompts, ...formats, ...unstored].filter((one) => /^-/.test(one));
      for (const flag of flags) {
        const names = argsOf(agent, [flag, "1"], false).uses.map(({ name }) => name);
        assert.deepEqual(names, [flag.replace(/=.*/, "")]);
      }
    });

    it(`${agent.id}: a format is refused for another agent, and no other value of it`, () => {
      const [target] = headless.filter(
        ({ id, launch }) => id !== agent.id && !launch.headless?.grants,
      );
      assert.ok(target);
      const { formats = [] } = agent.launch.headless ?? {};
      for (const flag of formats) {
        const given = argsOf(agent, [flag, "json"], true);
        const check = (force: boolean): void => checkArgs(agent, [target], given, force);
        assert.throws(
          () => check(false),
          (error) => error instanceof SegueError && error.kind === "refused",
        );
        check(true);
        checkArgs(agent, [agent], given, false);
      }
    });
  }

  it("a run whose session is not stored cannot be continued, however that is written", () => {
    for (const [agent, line] of [
      ["qwen", "-p x --chat-recording false"],
      ["qwen", "--chat-recording=false -p x"],
      ["qwen", "-p x --no-chat-recording"],
      ["aider", "--message x --chat-history-file /dev/null"],
      ["claude-code", "-p x --no-session-persistence"],
      ["codex", "exec --ephemeral x"],
      ["pi", "-p x --no-session"],
      ["omp", "-p x --no-session"],
      ["goose", "run --no-session --text x"],
      ["auggie", "--print x --dont-save-session"],
    ] as const) {
      assert.throws(
        () => checked(agent, line),
        (error) =>
          error instanceof SegueError && error.kind === "usage" && /stores no/.test(error.message),
        line,
      );
    }
    for (const line of ["-p x", "-p x --chat-recording", "--chat-recording=true -p x"])
      checked("qwen", line);
  });

  it("the same agent gets its flags again, but no prompt and no session", () => {
    const line = "exec -f prompt.md --input-format stream-json -o json -m opus -s 1 --auto high";
    assert.equal(args("droid", "droid", line).join(" "), "-o json -m opus --auto high");
    assert.equal(args("pi", "pi", "--mode json --session 1").join(" "), "--mode json");
  });

  it("another agent gets what it has of it", () => {
    const line = "exec --json -m gpt-5.5 --sandbox read-only -- Do it.";
    assert.deepEqual(args("codex", "claude-code", line), ["--permission-mode", "default"]);
  });
});
