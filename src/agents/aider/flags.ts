/** The flags of Aider 0.86.2, from `aider --help`. */
import { EDITS, type Flags, READ_ONLY } from "../shared/flags.ts";

const PROVIDERS = {
  anthropic: "anthropic",
  openai: "openai",
  google: "gemini",
  qwen: null,
} as const;

export const flags: Flags = {
  table: {
    model: ["--model <x>"],
    effort: ["--reasoning-effort <x>"],
    permission: ["--yes-always", "--edit-format, --chat-mode <x>"],
    restricts: ["--dry-run", "--no-dry-run", "--subtree-only", "--aiderignore <x>"],
    session: ["--chat-history-file <x>", "--restore-chat-history", "--no-restore-chat-history"],
    config: ["-c, --config <x>"],
    own: [
      ...named(
        "verify-ssl auto-accept-architect show-model-warnings check-model-accepts-settings cache-prompts pretty stream git gitignore",
      ),
      ...named(
        "add-gitignore-files auto-commits dirty-commits attribute-author attribute-committer",
      ),
      ...named(
        "attribute-commit-message-author attribute-commit-message-committer attribute-co-authored-by git-commit-verify",
      ),
      ...named(
        "watch-files auto-lint auto-test analytics check-update show-release-notes gui browser copy-paste",
      ),
      ...named("suggest-shell-commands fancy-input multiline notifications detect-urls"),
      ...valued(
        "openai-api-key anthropic-api-key openai-api-base openai-api-type openai-api-version openai-api-deployment-id",
      ),
      ...valued(
        "openai-organization-id set-env api-key model-settings-file model-metadata-file alias thinking-tokens timeout",
      ),
      ...valued(
        "weak-model editor-model editor-edit-format max-chat-history-tokens cache-keepalive-pings map-tokens map-refresh",
      ),
      ...valued(
        "map-multiplier-no-files input-history-file llm-history-file user-input-color tool-output-color tool-error-color",
      ),
      ...valued(
        "tool-warning-color assistant-output-color completion-menu-color completion-menu-bg-color completion-menu-current-color",
      ),
      ...valued(
        "completion-menu-current-bg-color code-theme commit-prompt lint-cmd test-cmd analytics-log analytics-posthog-host",
      ),
      ...valued(
        "analytics-posthog-project-api-key apply voice-format voice-language voice-input-device file read chat-language",
      ),
      ...valued(
        "commit-language load encoding line-endings env-file notifications-command editor shell-completions",
      ),
      ...plain(
        "architect dark-mode light-mode show-diffs commit skip-sanity-check-repo lint test analytics-disable just-check-update",
      ),
      ...plain(
        "install-main-branch apply-clipboard-edits exit show-repo-map show-prompts disable-playwright vim",
      ),
      ...plain("opus sonnet haiku 4o mini 4-turbo deepseek o1-mini o1-preview"),
      "-h, --help",
      "--list-models, --models <x>",
      "--upgrade, --update",
      "--version",
      "-m, --message, --msg <x>",
      "-f, --message-file <x>",
      "-v, --verbose",
      "-4, --4",
      "-3, --35turbo, --35-turbo, --3",
    ],
  },
  grants(uses) {
    if (uses.some(({ values }) => values.includes("ask"))) return READ_ONLY;
    return uses.some(({ name }) => name === "--yes-always") ? EDITS : null;
  },
  // It asks before each command, whatever it is started with; and no flag makes it ask before each edit.
  modes: [
    { args: ["--chat-mode", "ask"], grants: READ_ONLY },
    { args: ["--yes-always"], grants: EDITS },
  ],
  models: {
    vendors: ["anthropic", "openai", "google"],
    qualified: true,
    name({ vendor, name, alias }) {
      const provider = PROVIDERS[vendor];
      if (provider === null) return null;
      return alias ? name : `${provider}/${name}`;
    },
  },
  effort: {
    levels: ["low", "medium", "high"],
    args: (level) => ["--reasoning-effort", level],
  },
};

function words(names: string): string[] {
  return names.split(" ");
}

function named(names: string): string[] {
  return words(names).flatMap((name) => [`--${name}`, `--no-${name}`]);
}

function valued(names: string): string[] {
  return words(names).map((name) => `--${name} <x>`);
}

function plain(names: string): string[] {
  return words(names).map((name) => `--${name}`);
}
