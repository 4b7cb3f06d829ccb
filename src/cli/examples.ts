/** Examples in the help of commands that define none themselves. */
export const EXAMPLES: { readonly [command: string]: readonly string[] } = {
  list: ["segue list", "segue list --agent codex --since 2d", "segue list --all --json"],
  pick: ["segue", "segue pick --cwd ~/shop"],
  show: [
    "segue show latest --tail 5",
    "segue show claude#2 --range 10-20 --tools full",
    "segue show session.jsonl --json",
  ],
  info: ["segue info latest", "segue info codex#2 --json"],
  handoff: [
    "segue handoff latest",
    "segue handoff claude#2 --budget 4k --for codex -o handoff.md",
    'segue handoff 5bc111 --preset verbose --then "fix the failing test"',
  ],
  check: ["segue check latest", "segue check session.jsonl --json", "segue check --all -n 5"],
  agents: ["segue agents", "segue agents --json"],
  limits: ["segue limits", "segue limits claude codex", "segue limits --json"],
  doctor: ["segue doctor", "segue doctor --agent codex --all"],
  scan: ["segue scan", "segue scan --rebuild"],
  log: ["segue log", "segue log --json"],
  undo: ["segue undo", "segue undo 12"],
  watch: [
    "segue watch",
    "segue watch --agent claude,codex --policy ~/limits.yml",
    "segue watch --json",
  ],
  "install-hooks": ["segue install-hooks claude", "segue install-hooks claude --remove"],
};
