/** `segue log`: what Segue wrote into agents' stores. */
import { Command } from "commander";
import { damageWords, writtenBy } from "../core/journal.ts";
import { print, printJson, say, table, warn } from "./terminal.ts";

export function command(): Command {
  return new Command("log")
    .description("what Segue wrote into stores, newest first")
    .option("--json", "print one JSON document")
    .action(run);
}

function run(options: { json?: boolean }): void {
  const { path, writes: all, damage } = writtenBy(process.env);
  const writes = all.reverse();
  for (const one of damage) warn(`${damageWords(one)}: ${path}`);
  if (options.json) {
    printJson({ schema: "segue/log@1", writes });
    return;
  }
  if (writes.length === 0) say("there is nothing to undo");
  else {
    print(
      table(
        writes.map((write) => [
          String(write.n),
          write.time.slice(0, 16).replace("T", " "),
          write.action,
          `${write.source.agent} → ${write.target.agent}`,
          write.path,
        ]),
      ),
    );
  }
}
