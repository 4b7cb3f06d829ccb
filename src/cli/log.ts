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
import { clip, table } from "./cells.ts";
import { placesOf } from "./common.ts";
import { belowHome, when } from "./session-table.ts";
import { oneLine, print, printJson, say, screenWidth, warn } from "./terminal.ts";

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

/** Without a terminal, everything; with one, as much of each write as fits. */
function writesTable(writes: readonly Write[], titles: Titles): string {
  const width = process.stdout.isTTY ? screenWidth(process.stdout, 200) : 200;
  if (width < NARROW) return writes.map((write) => inTwoLines(write, titles, width)).join("\n");
  const hasPath = width >= WIDE;
  const rows = writes.map((write) => [
    String(write.n),
    when(Date.parse(write.time)),
    write.action,
    wayOf(write),
    oneLine(titleOf(write, titles) ?? "", 60),
    ...(hasPath ? [belowHome(write.path)] : []),
  ]);
  const head = ["N", "WHEN", "ACTION", "FROM → TO", "TITLE", ...(hasPath ? ["PATH"] : [])];
  const lines = table([head, ...rows]);
  if (!process.stdout.isTTY) return lines;
  return lines
    .split("\n")
    .map((line) => clip(line, width))
    .join("\n");
}

const NARROW = 60;
const WIDE = 140;

function inTwoLines(write: Write, titles: Titles, width: number): string {
  const number = `${write.n}  `;
  const about = [wayOf(write), when(Date.parse(write.time)), write.action].join(" · ");
  const title = oneLine(titleOf(write, titles) ?? write.target.id);
  return `${clip(number + about, width)}\n${clip(" ".repeat(number.length) + title, width)}`;
}

export function wayOf({ source, target }: Write): string {
  return `${source.profile ?? source.agent} → ${target.profile ?? target.agent}`;
}
