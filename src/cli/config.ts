/** `segue config`: all settings and their origins, one of them, or a new value for one. */

import { Command } from "commander";
import { inForce } from "../core/amounts.ts";
import { fullName, setSetting, unknownKey } from "../core/config.ts";
import { KEYS, keyFor, loadSettings, type Setting, settings } from "../core/settings.ts";
import { SegueError } from "../errors.ts";
import { table } from "./cells.ts";
import { warnFaults } from "./faults.ts";
import { definitions, oneLine, print, printJson, say, screenWidth, warn } from "./terminal.ts";

interface Options {
  cwd?: string;
  json?: boolean;
}

export function command(): Command {
  return (
    new Command("config")
      .usage("[options] [get <key> | set <key> <value>]")
      .description("show every setting, its value and its origin; or get or set one")
      .argument("[setting...]", "get and a key, or set, a key and a value; omit to show all")
      .option("--cwd <dir>", "the project folder (default: the current folder)")
      .option("--json", "print one JSON document")
      // A value may begin with "-", like arguments of agents.
      .allowUnknownOption()
      .addHelpText("after", help)
      .action(run)
  );
}

function help(): string {
  const rows = KEYS.map(({ name, about, userOnly }): [string, string] => [
    `  ${name}`,
    userOnly ? `${about} *` : about,
  ]);
  return `
Settings:
${definitions(rows, screenWidth(process.stdout, 80))}
  * only in your own file, not in a project's

Files: .segue.yml in the project, then config.yml in $XDG_CONFIG_HOME/segue
(~/.config/segue), which \`segue config set\` writes. A variable such as
SEGUE_LIST_NUMBER or SEGUE_AGENTS_CODEX_ARGS overrides both.

Examples:
  segue config
  segue config get list.number
  segue config set in codex
  segue config set agents.claude.args '["--model", "opus"]'
  segue config set profiles.claude-work.agent claude
  segue config set profiles.claude-work.env.CLAUDE_CONFIG_DIR '~/.claude-work'
  SEGUE_IN=codex segue config --json`;
}

async function run(words: string[], options: Options): Promise<void> {
  const [action, key, value, ...more] = words;
  if (action === undefined) showAll(options);
  else if (action === "get" && key !== undefined && value === undefined) showOne(key, options);
  else if (action === "set" && key !== undefined && value !== undefined && more.length === 0) {
    await set(key, value, options);
  } else throw misused(words);
}

function misused(words: readonly string[]): SegueError {
  const [action = "", key] = words;
  const isKey = action !== "get" && action !== "set" && keyFor(action) !== undefined;
  const hint = isKey
    ? `segue config get ${action}, or segue config set ${action} VALUE`
    : "segue config get KEY, or segue config set KEY VALUE; quote a value with spaces";
  const missing = action === "set" && key !== undefined && words.length === 2;
  const what = missing
    ? `\`segue config set ${key}\` needs a value`
    : `\`segue config\` does not take "${words.join(" ")}"`;
  return new SegueError("usage", what, { hint });
}

function showAll({ json }: Options): void {
  const { files } = settings();
  const all = settings()
    .all()
    .map((setting) => inForce(setting, settings()));
  if (json) {
    printJson({ schema: "segue/config@1", files, settings: all });
    return;
  }
  print(table(all.map((setting) => [setting.key, shown(setting), from(setting)])));
  for (const { path, found } of files) if (!found) print(`there is no ${oneLine(path)}`);
}

function settingOf(name: string): Setting {
  if (!keyFor(name)) throw unknownKey(name);
  return inForce(settings().get(fullName(name)), settings());
}

function showOne(name: string, { json }: Options): void {
  const setting = settingOf(name);
  if (json) {
    printJson({ schema: "segue/config@1", files: settings().files, settings: [setting] });
    return;
  }
  if (setting.value !== null) print(valueText(setting));
  else say(`${setting.key} is not set${withoutIt(setting)}`);
}

async function set(name: string, given: string, { cwd = ".", json }: Options): Promise<void> {
  const { env } = process;
  const { path, key, value } = await setSetting(
    env,
    name,
    given,
    process.cwd(),
    settings().profiles,
  );
  const dispensable = new Set(["project", "user", "environment"] as const);
  const now = await loadSettings(env, cwd, { dispensable });
  warnFaults(now.faults);
  const setting = settingOf(key);
  if (json) printJson({ schema: "segue/config@1", files: now.files, settings: [setting] });
  else say(`${key} is ${valueText({ value })} now: ${oneLine(path)}`);
  if (setting.source === "user" || now.faults.length > 0) return;
  warn(`segue: the value in effect here is ${valueText(setting)}, because of ${from(setting)}`);
}

function shown(setting: Setting): string {
  return setting.value === null ? `-${withoutIt(setting)}` : valueText(setting);
}

function withoutIt({ key }: Setting): string {
  const without = keyFor(key)?.key.without;
  return without === undefined ? "" : ` (${without})`;
}

function valueText({ value }: Pick<Setting, "value">): string {
  return oneLine(typeof value === "object" ? JSON.stringify(value) : String(value));
}

function from({ source, where }: Setting): string {
  return where === null ? source : `${source}: ${oneLine(where)}`;
}
