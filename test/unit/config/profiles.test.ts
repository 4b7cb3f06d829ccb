import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { agents } from "../../../src/agents/registry.ts";
import type { Profile } from "../../../src/agents/types.ts";
import { layerOf } from "../../../src/config/file.ts";
import { SegueError } from "../../../src/errors.ts";

const FILE = { path: "/home/ada/config.yml", home: "/home/ada" };

function profiles(text: string): readonly Profile[] {
  return layerOf(text, { ...FILE, source: "user" }).profiles;
}

function refused(text: string, source: "user" | "project" = "user"): SegueError {
  try {
    layerOf(text, { ...FILE, source });
  } catch (error) {
    if (error instanceof SegueError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

function one(name: string, agent: string, env: string): string {
  return `profiles: { ${name}: { agent: ${agent}, env: { ${env} } } }`;
}

describe("profiles in the user's config file", () => {
  it("variables are text as it is written", () => {
    const [profile] = profiles(one("x", "claude", 'A: 007, B: 1.50, C: 0x10, D: "1e3", E: true'));
    assert.deepEqual(profile?.env, { A: "007", B: "1.50", C: "0x10", D: "1e3", E: "true" });
  });

  it("are read in order, with agents' aliases and ~", () => {
    const text = `
in: codex-two
profiles:
  claude-work:
    agent: claude
    env: { CLAUDE_CONFIG_DIR: ~/.claude-work, AWS_PROFILE: work, CLAUDE_CODE_USE_BEDROCK: 1 }
  codex-two:
    agent: codex
    env:
      CODEX_HOME: /data/codex
`;
    assert.deepEqual(profiles(text), [
      {
        name: "claude-work",
        agent: "claude-code",
        env: {
          CLAUDE_CONFIG_DIR: "/home/ada/.claude-work",
          AWS_PROFILE: "work",
          CLAUDE_CODE_USE_BEDROCK: "1",
        },
      },
      { name: "codex-two", agent: "codex", env: { CODEX_HOME: "/data/codex" } },
    ]);
  });

  it("every agent's own variables, and the folders that all programs use, name a folder", () => {
    for (const { id, store } of agents) {
      for (const variable of [...(store.variables ?? []), "HOME", "XDG_DATA_HOME"]) {
        assert.equal(profiles(one("x", id, `${variable}: ~/x`))[0]?.env[variable], "/home/ada/x");
        const { message, hint } = refused(one("x", id, `${variable}: x/y`));
        assert.equal(message, `profiles.x.env.${variable} must be an absolute path`);
        assert.match(hint ?? "", /begin it with/);
      }
    }
  });

  for (const [name, why] of [
    ["claude", "that means Claude Code"],
    ["codex", "that means Codex"],
    ["latest", "that means something else"],
    ["limits", "that means something else"],
    ["resume", "that means something else"],
    ["Claude-Work", "cannot be the name"],
    ["a_b", "cannot be the name"],
    ["-x", "cannot be the name"],
    ['"a b"', "cannot be the name"],
    ['"../x"', "there is no setting|cannot be the name"],
    ["__proto__", "cannot be the name"],
    ["x".repeat(41), "cannot be the name"],
  ] as const) {
    it(`not with the name ${name}`, () => {
      const error = refused(one(name, "codex", "CODEX_HOME: /x"));
      assert.match(error.message, new RegExp(why));
      assert.match(error.where ?? "", /^\/home\/ada\/config\.yml:1$/);
    });
  }

  for (const [variable, why, hint] of [
    ["CLAUDE_CONFIG_DRI", "is not a variable of Claude Code", "did you mean CLAUDE_CONFIG_DIR"],
    ["claude_config_dir", "is not a variable of Claude Code", "did you mean CLAUDE_CONFIG_DIR"],
    ["PATH", "another account of the same program", "CLAUDE_CONFIG_DIR"],
    ["LD_PRELOAD", "another account of the same program", "CLAUDE_CONFIG_DIR"],
    ["NODE_OPTIONS", "another account of the same program", "CLAUDE_CONFIG_DIR"],
    ["SEGUE_HOME", "another account of the same program", "CLAUDE_CONFIG_DIR"],
    ["PYTHONSTARTUP", "another account of the same program", "CLAUDE_CONFIG_DIR"],
    ["ANTHROPIC_API_KEY", "looks like a credential", "log in with claude"],
    ["CLAUDE_CODE_OAUTH_TOKEN", "looks like a credential", "log in with claude"],
    ["AWS_SECRET_ACCESS_KEY", "looks like a credential", "log in with claude"],
    ['"A=B"', "is not the name of a variable", "CLAUDE_CONFIG_DIR"],
  ] as const) {
    it(`not with the variable ${variable}`, () => {
      const error = refused(one("x", "claude", `${variable}: /x`));
      assert.match(error.message, new RegExp(why));
      assert.match(error.hint ?? "", new RegExp(hint));
    });
  }

  it("not without an agent, or with one that there is not", () => {
    assert.match(refused("profiles: { x: { env: { CODEX_HOME: /x } } }").message, /which agent/);
    const { message, hint } = refused(one("x", "cladue", "A: b"));
    assert.match(message, /there is no agent "cladue"/);
    assert.match(hint ?? "", /did you mean claude/);
  });

  it("not with keys that there are not, or values that are no text", () => {
    const { message, hint } = refused("profiles: { x: { agnt: codex } }");
    assert.match(message, /there is no setting "profiles\.x\.agnt"/);
    assert.match(hint ?? "", /did you mean profiles\.x\.agent\?/);
    assert.match(
      refused("profiles: { x: { agent: codex, env: [1] } }").message,
      /profiles\.x\.env/,
    );
    assert.match(refused(one("x", "codex", "CODEX_HOME: [a]")).message, /must be text/);
    assert.match(refused(one("x", "codex", 'CODEX_HOME: "a\\0b"')).message, /must be text/);
    assert.match(refused("profiles: 5").message, /there is no setting "profiles"/);
    assert.deepEqual(profiles("profiles: {}"), []);
  });

  it("a project's file can name no account, but may mean one", () => {
    const text = one("x", "codex", "CODEX_HOME: /x");
    assert.match(
      refused(text, "project").message,
      /a project's file cannot set profiles\.x\.agent/,
    );
    const [known] = profiles(text);
    assert.ok(known);
    const layer = layerOf("in: x", { ...FILE, source: "project", profiles: [known] });
    assert.equal(layer.values.get("in")?.value, "x");
    const { message, hint } = refused("in: xx", "project");
    assert.match(message, /there is no agent "xx"/);
    assert.notEqual(hint, null);
  });
});
