/** The flags of Claude Code 2.1.332, from its `--help`. */
import { ALL, ASK, EDITS, type Flags, type Grant, JUDGED, READ_ONLY } from "../shared/flags.ts";

const MODES: { [mode: string]: readonly Grant[] } = {
  plan: READ_ONLY,
  // Refuses what no rule allows, without asking.
  dontAsk: READ_ONLY,
  default: ASK,
  // The name of `default` since 2.1.332, which accepts both.
  manual: ASK,
  acceptEdits: EDITS,
  auto: JUDGED,
  bypassPermissions: ALL,
};

export const flags: Flags = {
  table: {
    model: ["--model <x>"],
    effort: ["--effort <x>"],
    dirs: ["--add-dir <x...>"],
    permission: [
      "--permission-mode <acceptEdits|auto|bypassPermissions|default|dontAsk|manual|plan>",
      "--dangerously-skip-permissions",
    ],
    restricts: [
      "--disallowedTools, --disallowed-tools <x...>",
      "--tools <x...>",
      "--settings <x>",
      "--setting-sources <x>",
      "--strict-mcp-config",
      "--bare",
      "--safe-mode",
      "--restricted",
      // With `none`, whatever would prompt is denied.
      "--permission-prompts <x>",
    ],
    session: [
      "-r, --resume [x]",
      "-c, --continue",
      "--session-id <x>",
      "--fork-session",
      "--from-pr [x]",
      "--no-session-persistence",
      "--cloud [x]",
      "--desktop",
      "--environment <x>",
      "--teleport [x]",
    ],
    own: [
      "--agent <x>",
      "--agents <x>",
      // Only makes the mode available.
      "--allow-dangerously-skip-permissions",
      "--allowedTools, --allowed-tools <x...>",
      "--append-system-prompt <x>",
      "--autocompact <x>",
      "--ax-screen-reader",
      "--bg, --background",
      "--betas <x...>",
      "--brief",
      "--chrome",
      "-d, --debug [x]",
      "--debug-file <x>",
      "--disable-slash-commands",
      "--exclude-dynamic-system-prompt-sections",
      "--fallback-model <x>",
      "--file <x...>",
      "--forward-subagent-text",
      "--ide",
      "--include-hook-events",
      "--include-partial-messages",
      "--input-format <x>",
      "--json-schema <x>",
      "--max-budget-usd <x>",
      "--mcp-config <x...>",
      "-n, --name <x>",
      "--no-chrome",
      "--output-format <x>",
      "--plugin-dir <x>",
      "--plugin-url <x>",
      "-p, --print",
      "--prompt-suggestions [x]",
      "--remote-control [x]",
      "--remote-control-session-name-prefix <x>",
      "--replay-user-messages",
      "--system-prompt <x>",
      "--system-prompt-snapshot <x>",
      "--tmux",
      "--verbose",
      "-w, --worktree [x]",
    ],
  },
  grants(uses) {
    if (uses.some(({ name }) => name === "--dangerously-skip-permissions")) return ALL;
    const mode = uses.findLast(({ name }) => name === "--permission-mode")?.values[0];
    return mode === undefined ? null : (MODES[mode] ?? READ_ONLY);
  },
  modes: [
    ...["plan", "default", "acceptEdits", "auto"].map((mode) => ({
      args: ["--permission-mode", mode],
      grants: MODES[mode] ?? READ_ONLY,
    })),
    { args: ["--dangerously-skip-permissions"], grants: ALL },
  ],
  models: { vendors: ["anthropic"], name: ({ name }) => name },
  effort: {
    levels: ["low", "medium", "high", "xhigh", "max"],
    args: (level) => ["--effort", level],
  },
  dirs: (dirs) => dirs.flatMap((dir) => ["--add-dir", dir]),
};
