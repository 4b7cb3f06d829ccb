/** The flags of Codex 0.169.0, from the `--help` of `codex resume`. */
import {
  ALL,
  ASK,
  type Flags,
  type Grant,
  READ_ONLY,
  SANDBOXED,
  type Setting,
  type Use,
} from "../shared/flags.ts";

const SETTINGS: { [key: string]: Setting["about"] } = {
  model: "model",
  model_reasoning_effort: "effort",
  sandbox_mode: "permission",
  approval_policy: "permission",
};

export const flags: Flags = {
  table: {
    model: ["-m, --model <x>"],
    dirs: ["--add-dir <x>"],
    permission: [
      "-s, --sandbox <read-only|workspace-write|danger-full-access>",
      // The last two are from older versions, and people still use them.
      "-a, --ask-for-approval <on-request|never|untrusted|on-failure>",
      "--approve-for-me",
      // `--yolo` is not in the help, but accepted.
      "--dangerously-bypass-approvals-and-sandbox, --yolo",
    ],
    config: ["-c, --config <x>"],
    restricts: ["-p, --profile <x>", "--strict-config"],
    session: ["--last", "--all", "--include-non-interactive", "-C, --cd <x>", "--worktree"],
    own: [
      "--enable <x>",
      "--disable <x>",
      "--remote <x>",
      "--remote-auth-token-env <x>",
      "-i, --image <x...>",
      "--oss",
      "--local-provider <x>",
      "--dangerously-bypass-hook-trust",
      "--search",
      "--no-alt-screen",
      "--no-daemon",
    ],
  },
  grants,
  modes: [
    { args: ["--sandbox", "read-only", "--ask-for-approval", "never"], grants: READ_ONLY },
    { args: ["--sandbox", "read-only", "--ask-for-approval", "on-request"], grants: ASK },
    {
      args: ["--sandbox", "workspace-write", "--ask-for-approval", "on-request"],
      grants: SANDBOXED,
    },
    { args: ["--approve-for-me"], grants: [...SANDBOXED, "run-judged"] },
    { args: ["--dangerously-bypass-approvals-and-sandbox"], grants: ALL },
  ],
  models: { vendors: ["openai"], name: ({ name }) => name },
  effort: {
    levels: ["none", "minimal", "low", "medium", "high", "xhigh"],
    args: (level) => ["-c", `model_reasoning_effort=${level}`],
  },
  dirs: (dirs) => dirs.flatMap((dir) => ["--add-dir", dir]),
  setting(text) {
    const at = text.indexOf("=");
    const about = SETTINGS[text.slice(0, Math.max(0, at)).trim()];
    return about ? { about, value: unquoted(text.slice(at + 1)) } : null;
  },
};

/** The value is TOML: a string may be quoted. */
function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, "$2");
}

function grants(uses: readonly Use[]): readonly Grant[] | null {
  const names = new Set(uses.map(({ name }) => name));
  if (names.has("--dangerously-bypass-approvals-and-sandbox")) return ALL;
  if (names.has("--approve-for-me")) return [...SANDBOXED, "run-judged"];
  const sandbox = said(uses, "--sandbox", "sandbox_mode");
  const approval = said(uses, "--ask-for-approval", "approval_policy");
  if (sandbox === undefined && approval === undefined) return null;
  // A policy that makes it ask before commands; flags no longer accept it, settings may.
  if (approval === "untrusted") return sandbox === "read-only" ? READ_ONLY : ASK;
  if (sandbox === "danger-full-access") return ALL;
  if (sandbox === "workspace-write") return SANDBOXED;
  if (sandbox === "read-only") return approval === "never" ? READ_ONLY : ASK;
  // The sandbox is then that of its settings, which are unknown here: assume the most restrictive.
  return ASK;
}

/** The last value in a flag or an equivalent setting; flags take precedence over settings. */
function said(uses: readonly Use[], flag: string, key: string): string | undefined {
  const given = uses.findLast(({ name }) => name === flag)?.values[0];
  if (given !== undefined) return given;
  const settings = uses.filter(({ about }) => about === "config").flatMap(({ values }) => values);
  const setting = settings.findLast((text) => text.slice(0, text.indexOf("=")).trim() === key);
  return setting === undefined ? undefined : unquoted(setting.slice(setting.indexOf("=") + 1));
}
