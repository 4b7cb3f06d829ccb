/** The flags of Copilot CLI 1.0.102, from its `--help` and `copilot help permissions`. */
import {
  ALL,
  ASK,
  EDITS,
  type Flags,
  type Grant,
  JUDGED,
  READ_ONLY,
  type Use,
} from "../shared/flags.ts";

export const flags: Flags = {
  table: {
    model: ["--model <x>"],
    effort: ["--reasoning-effort <x>"],
    dirs: ["--add-dir <x>"],
    permission: [
      "--allow-all-tools",
      "--allow-all-paths",
      "--allow-all-urls",
      "--allow-all, --yolo",
      "--assisted-approval",
      "--allow-tool [x...]",
      "--deny-tool [x...]",
      "--mode <interactive|plan|autopilot>",
      "--plan",
      "--autopilot",
    ],
    restricts: [
      "--disallow-temp-dir",
      "--available-tools [x...]",
      "--excluded-tools [x...]",
      "--deny-url [x...]",
      "--secret-env-vars [x...]",
      "--disable-builtin-mcps",
      "--disable-mcp-server <x>",
      "--max-autopilot-continues <x>",
      "--max-ai-credits <x>",
    ],
    session: [
      "-r, --resume [x]",
      "--continue",
      "--session-id <x>",
      "--connect [x]",
      "-w, --worktree [x]",
      "-C <x>",
      "-n, --name <x>",
    ],
    own: [
      "-i, --interactive <x>",
      "--fleet",
      "-p, --prompt <x>",
      "--trust-folder",
      "-s, --silent",
      "--disable-client-telemetry",
      "--enable-memory",
      "--context <x>",
      "--auto-tier <x>",
      "--agent <x>",
      "--banner",
      "--screen-reader",
      "--plain-diff",
      "--log-dir <x>",
      "--extension-sdk-path <x>",
      "--log-level <x>",
      "--stream <x>",
      "--output-format <x>",
      "--share [x]",
      "--share-gist",
      "--attachment <x>",
      "--enable-all-github-mcp-tools",
      "--add-github-mcp-toolset <x>",
      "--add-github-mcp-tool <x>",
      "--plugin-dir <x>",
      "--additional-mcp-config <x>",
      "--mcp-github-auth <x>",
      "--allow-all-mcp-server-instructions",
      "--allow-url [x...]",
      "--experimental",
      "--bash-env [x]",
      "--mouse [x]",
      "--acp",
      "--remote",
      "--remote-export",
      "--environment-host <x>",
      "--environment-compute-id <x>",
      "--dynamic-retrieval <x>",
      "--enable-mcp-server <x>",
      "--usage-output-file <x>",
      "--no-custom-instructions",
      "--no-auto-update",
      "--no-ask-user",
      "--no-color",
      "--no-experimental",
      "--no-bash-env",
      "--no-mouse",
      "--no-remote",
      "--no-remote-export",
      "--no-eager-powershell-resolution",
    ],
  },
  grants,
  modes: [
    { args: ["--deny-tool=write", "--deny-tool=shell"], grants: READ_ONLY },
    { args: ["--mode=interactive"], grants: ASK },
    { args: ["--allow-tool=write"], grants: EDITS },
    { args: ["--allow-all-tools"], grants: ["edit", "run"] },
    { args: ["--allow-all"], grants: ALL },
  ],
  models: {
    vendors: ["anthropic", "openai", "google"],
    name: ({ name, alias }) => (alias ? null : dotted(name)),
  },
  effort: {
    levels: ["none", "minimal", "low", "medium", "high", "xhigh", "max"],
    args: (level) => ["--reasoning-effort", level],
  },
  dirs: (dirs) => dirs.flatMap((dir) => ["--add-dir", dir]),
};

/** claude-sonnet-4-5-20250929 is claude-sonnet-4.5 here. */
function dotted(name: string): string {
  return name.replace(/-\d{8}$/, "").replace(/^(claude-[a-z]+-\d+)-(\d+)$/, "$1.$2");
}

function grants(uses: readonly Use[]): readonly Grant[] | null {
  if (uses.length === 0) return null;
  const has = (flag: string): boolean => uses.some(({ name }) => name === flag);
  const tools = (flag: string): string[] =>
    uses.filter(({ name }) => name === flag).flatMap(({ values }) => values);
  // Deny rules win; what they leave allowed is not determined.
  if (has("--deny-tool")) return READ_ONLY;
  const mode = uses.findLast(({ name }) => name === "--mode")?.values[0];
  if (has("--plan") || mode === "plan") return READ_ONLY;
  if (has("--assisted-approval")) return JUDGED;
  if (has("--allow-all")) return ALL;
  if (has("--allow-all-tools")) {
    return has("--allow-all-paths") && has("--allow-all-urls") ? ALL : ["edit", "run"];
  }
  return tools("--allow-tool").includes("write") ? EDITS : ASK;
}
