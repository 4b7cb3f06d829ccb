/** The flags of Deep Agents Code 0.1.88, from `dcode --help`. */
import { ALL, type Flags, type Grant, JUDGED, type Use } from "../shared/flags.ts";

export const flags: Flags = {
  table: {
    model: ["-M, --model <x>"],
    // `--yes` confirms an installation; for other agents, it is a permission.
    permission: ["-y, --auto-approve", "--yolo", "--yes"],
    restricts: ["-S, --shell-allow-list <x>", "--allow-fs-tools <x>"],
    session: ["-r, --resume [x]"],
    own: [
      "-a, --agent <x>",
      "--model-params <x>",
      "--summarization-model <x>",
      "--max-retries <x>",
      "--profile-override <x>",
      "--auto-classifier-model <x>",
      "-m, --message <x>",
      "-s, --skill <x>",
      "--startup-cmd <x>",
      "-n, --non-interactive <x>",
      "-q, --quiet",
      "--no-stream",
      "--show-reasoning",
      "--max-turns <x>",
      "--timeout <x>",
      "--goal <x>",
      "--rubric <x>",
      "--rubric-model <x>",
      "--rubric-max-iterations <x>",
      "--recursion-limit <x>",
      "--stdin",
      "--sandbox <x>",
      "--sandbox-id <x>",
      "--sandbox-snapshot-name <x>",
      "--sandbox-setup <x>",
      "--mcp-config <x>",
      "--no-tracing",
      "--no-mcp",
      "--trust-project-mcp",
      "--trust-project-hooks",
      "--trust-project-extensions",
      "-e, --extension <x>",
      "--interpreter",
      "--no-interpreter",
      "--interpreter-tools <x>",
      "--json",
      "--acp",
      "--default-model [x]",
      "--clear-default-model",
      "--update",
      "--prerelease",
      "--auto-update",
      "--install <x>",
      "--uninstall <x>",
      "--package",
    ],
  },
  grants,
  modes: [
    { args: ["--auto-approve"], grants: JUDGED },
    { args: ["--yolo"], grants: ALL },
  ],
  // `provider:model`, with a provider that the user has a key for.
  models: { vendors: [], name: () => null },
};

function grants(uses: readonly Use[]): readonly Grant[] | null {
  const has = (flag: string): boolean => uses.some(({ name }) => name === flag);
  if (has("--yolo")) return ALL;
  return has("--auto-approve") ? JUDGED : null;
}
