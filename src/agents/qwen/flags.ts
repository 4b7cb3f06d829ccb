/** The flags of Qwen Code 0.24.4, from its `--help`. */
import {
  ALL,
  ASK,
  both,
  EDITS,
  type Flags,
  type Grant,
  JUDGED,
  READ_ONLY,
  SANDBOXED,
} from "../shared/flags.ts";

const MODES: { [mode: string]: readonly Grant[] } = {
  plan: READ_ONLY,
  default: ASK,
  "auto-edit": EDITS,
  auto: JUDGED,
  yolo: ALL,
};

export const flags: Flags = {
  table: {
    model: ["-m, --model <x>"],
    dirs: ["--include-directories, --add-dir <x...>"],
    permission: [
      "-y, --yolo",
      "--approval-mode <plan|default|auto-edit|auto|yolo>",
      "-s, --sandbox",
    ],
    restricts: [
      "--bare",
      "--safe-mode",
      "--allowed-mcp-server-names <x...>",
      "-e, --extensions <x...>",
      "--core-tools <x...>",
      "--exclude-tools <x...>",
      "--max-session-turns <x>",
      "--max-wall-time <x>",
      "--max-tool-calls <x>",
      "--max-subagent-depth <x>",
    ],
    session: [
      "-c, --continue",
      "-r, --resume [x]",
      "--session-id <x>",
      "--fork-session",
      "--worktree [x]",
      "--chat-recording",
      "--restore-ask-user-question",
    ],
    own: [
      "--telemetry",
      "--telemetry-target <x>",
      "--telemetry-otlp-endpoint <x>",
      "--telemetry-otlp-protocol <x>",
      "--telemetry-log-prompts",
      "--telemetry-outfile <x>",
      "-d, --debug",
      "--proxy <x>",
      "--insecure",
      "--fallback-model <x...>",
      "-p, --prompt <x>",
      "-i, --prompt-interactive <x>",
      "--system-prompt <x>",
      "--append-system-prompt <x>",
      "--output-style <x>",
      "--sandbox-image <x>",
      "--acp",
      "--experimental-lsp",
      "--channel <x>",
      "--mcp-config <x>",
      "--allowed-tools <x...>",
      "-l, --list-extensions",
      "--openai-logging",
      "--openai-logging-dir <x>",
      "--openai-api-key <x>",
      "--openai-base-url <x>",
      "--screen-reader",
      "--input-format <x>",
      "-o, --output-format <x>",
      "--include-partial-messages",
      "--json-fd <x>",
      "--json-file <x>",
      "--json-schema <x>",
      "--input-file <x>",
      "--disabled-slash-commands <x...>",
      "--auth-type <x>",
    ],
  },
  grants(uses) {
    const mode = uses.findLast(({ name }) => name === "--approval-mode")?.values[0];
    const yolo = uses.some(({ name }) => name === "--yolo");
    const boxed = uses.some(({ name }) => name === "--sandbox");
    if (mode === undefined && !yolo) return boxed ? ASK : null;
    const asked = yolo ? ALL : (MODES[mode ?? ""] ?? READ_ONLY);
    return boxed ? both(asked, SANDBOXED) : asked;
  },
  // Its sandbox needs a container engine or the like, so it is never chosen for the user.
  modes: Object.entries(MODES).map(([mode, grants]) => ({
    args: ["--approval-mode", mode],
    grants,
  })),
  models: { vendors: ["qwen"], name: ({ name }) => name },
  dirs: (dirs) => dirs.flatMap((dir) => ["--include-directories", dir]),
};
