/** `segue config`: every setting, and where it comes from. */
import { Command } from "commander";
import { KEYS, type Setting, settings } from "../core/settings.ts";
import { definitions, oneLine, print, printJson, screenWidth, table } from "./terminal.ts";

export function command(): Command {
  return new Command("config")
    .description("every setting, its value, and where that comes from")
    .option("--cwd <dir>", "the project in question (default: the current folder)")
    .option("--json", "print one JSON document")
    .addHelpText("after", help)
    .action(run);
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
(~/.config/segue). A variable such as SEGUE_LIST_NUMBER or
SEGUE_AGENTS_CODEX_ARGS beats both.

Examples:
  segue config
  SEGUE_IN=codex segue config --json`;
}

function run({ json }: { json?: boolean }): void {
  const all = settings().all();
  const { files } = settings();
  if (json) {
    printJson({ schema: "segue/config@1", files, settings: all });
    return;
  }
  print(table(all.map((setting) => [setting.key, shown(setting), from(setting)])));
  for (const { path, found } of files) if (!found) print(`there is no ${oneLine(path)}`);
}

function shown({ value }: Setting): string {
  if (value === null) return "-";
  return oneLine(typeof value === "object" ? JSON.stringify(value) : String(value));
}

function from({ source, where }: Setting): string {
  return where === null ? source : `${source}: ${oneLine(where)}`;
}
