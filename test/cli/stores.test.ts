/** Files go anywhere but into an agent's own folder, which only `segue resume` writes to. */
import assert from "node:assert/strict";
import { existsSync, symlinkSync } from "node:fs";
import { describe, it } from "node:test";
import { agents } from "../../src/agents/registry.ts";
import { temporaryFolder } from "../support/folder.ts";
import { fails, inhabited } from "./support.ts";

const root = temporaryFolder();

const FOLDERS = [
  [".claude/x", /Claude Code's store/],
  [".claude/projects/x", /Claude Code's store/],
  [".codex/notes/x", /Codex's store/],
  [".pi/agent/x", /Pi's store/],
  [".gemini/x", /Gemini CLI's store/],
  [".qwen/x", /Qwen Code's store/],
  [".factory/x", /Factory Droid's store/],
  [".copilot/x", /Copilot CLI's store/],
  [".local/share/opencode/x", /OpenCode's store/],
  [".local/share/kilo/x", /Kilo CLI's store/],
  [".kimi-code/x", /Kimi Code's store/],
  [".continue/x", /Continue's store/],
  [".cline/x", /Cline's store/],
  [".config/Code/User/globalStorage/rooveterinaryinc.roo-cline/x", /Roo Code's store/],
  [".config/Code/User/globalStorage/kilocode.kilo-code/x", /Kilo Code's store/],
  [".openclaw/x", /OpenClaw's store/],
  [".grok/x", /Grok Build's store/],
  [".local/share/goose/x", /Goose's store/],
  [".hermes/x", /Hermes Agent's store/],
  [".local/share/crush/x", /Crush's store/],
  [".kimi/x", /Kimi CLI's store/],
  [".openhands/x", /OpenHands's store/],
  [".omp/agent/x", /oh-my-pi's store/],
  [".vibe/x", /Mistral Vibe's store/],
  [".augment/x", /Auggie's store/],
  [".local/share/nanocoder/x", /Nanocoder's store/],
  [".local/share/gptme/logs/x", /gptme's store/],
  [".deepagents/x", /Deep Agents Code's store/],
  [".local/share/mastracode/x", /Mastra Code's store/],
  [".local/share/amp/threads/x", /Amp's store/],
  [".config/Claude/local-agent-mode-sessions/x", /Claude Desktop's store/],
  [".cursor/x", /Cursor's store/],
  [".kiro/x", /Kiro's store/],
  [".qoder/x", /Qoder's store/],
  [".local/share/zed/x", /Zed's store/],
  [".local/state/warp-terminal/x", /Warp's store/],
  [".local/share/devin/cli/x", /Devin's store/],
  [".local/share/muse/sessions/x", /Muse Code's store/],
  [".gemini/antigravity-cli/x", /Antigravity's store/],
  [".windsurf/transcripts/x", /Windsurf's store/],
  [".config/Trae/User/x", /Trae's store/],
  [".aider.chat.history.md", /Aider's store/],
] as const;

describe("what is written as a file", () => {
  it("does not go into the folder of any agent", async () => {
    // Exports lie where the user put them.
    const stored = agents.filter(({ store }) => store.roots({ HOME: "/h" }, undefined, "/p")[0]);
    assert.equal(new Set(FOLDERS.map(([, says]) => String(says))).size, stored.length);
    const m = inhabited(root);
    for (const [folder, says] of FOLDERS) {
      const path = m.at(folder);
      fails(await m.run(["dump", path]), 4, says);
      fails(await m.run(["handoff", "pi#1", "-o", path]), 4, says);
      fails(await m.run(["convert", "pi#1", "--to", "codex", "-o", path]), 4, says);
      fails(await m.run(["convert", "pi#1", "--to", "codex", "--report", path]), 4, says);
      assert.equal(existsSync(path), false);
    }
  });

  it("not by a link, and not where a variable moves the folder to", async () => {
    const m = inhabited(root);
    symlinkSync(m.at(".codex"), m.at("link"));
    fails(await m.run(["convert", "pi#1", "--to", "codex", "-o", "link/x"]), 4, /Codex's store/);
    const env = { CLAUDE_CONFIG_DIR: m.at("mine"), PI_CODING_AGENT_DIR: m.at("pi") };
    fails(await m.run(["dump", "mine/x"], { env }), 4, /Claude Code's store, .*mine/);
    fails(await m.run(["dump", "pi/x"], { env }), 4, /Pi's store/);
    assert.equal((await m.run(["dump", "codex", ".claude-dump"], { env })).code, 0);
  });
});
