/** `segue log`: what Segue wrote into agents' stores. */
import { Command } from "commander";
import {
  damageWords,
  type Titles,
  titleOf,
  titlesOf,
  type Write,
  writtenBy,
} from "../core/journal.ts";
import { clip } from "./cells.ts";
import { placesOf } from "./common.ts";
import { belowHome, when } from "./session-table.ts";
import { oneLine, print, printJson, say, screenWidth, table, warn } from "./terminal.ts";

export function command(): Command {
  return new Command("log")
    .description("show what Segue wrote into agents' stores, newest first")
    .option("--json", "print one JSON document")
    .action(run);
}

async function run(options: { json?: boolean }): Promise<void> {
  const { path, writes: all, damage } = writtenBy(process.env);
  const writes = all.reverse();
  for (const one of damage) warn(`${damageWords(one)}: ${path}`);
  if (options.json) printJson({ schema: "segue/log@1", writes });
  else if (writes.length === 0) say("there is nothing to undo");
  else print(writesTable(writes, await titlesOf(placesOf({}), writes)));
}

/** Without a terminal, everything; with one, as much of each line as fits. */
function writesTable(writes: readonly Write[], titles: Titles): string {
  const rows = writes.map((write) => [
    String(write.n),
    when(Date.parse(write.time)),
    write.action,
    `${write.source.agent} → ${write.target.agent}`,
    oneLine(titleOf(write, titles) ?? "", 60),
    belowHome(write.path),
  ]);
  const lines = table([["N", "WHEN", "ACTION", "FROM → TO", "TITLE", "PATH"], ...rows]);
  if (!process.stdout.isTTY) return lines;
  const width = screenWidth(process.stdout, 200);
  return lines
    .split("\n")
    .map((line) => clip(line, width))
    .join("\n");
}
