/** `segue undo`: takes a write back exactly. */
import { Command } from "commander";
import { type Undone, undoWrite } from "../core/journal.ts";
import { print, say } from "./terminal.ts";

export function command(): Command {
  return new Command("undo")
    .description("take a write back: the newest, or the one that `segue log` numbers N")
    .argument("[n]", "number of the write")
    .option(
      "--force",
      "even if the session is open, or has changed since; a copy of it is kept first",
    )
    .action(run);
}

async function run(n: string | undefined, { force = false }: { force?: boolean }): Promise<void> {
  await undoWrite(process.env, { ...(n === undefined ? {} : { n }), force, undone });
}

function undone({ write: { action, path }, already, kept }: Undone): void {
  if (kept !== null) say(`kept a copy: ${kept}`);
  const what = already ? "already undone, because it had been interrupted" : "undone";
  print(`${what}: ${action} ${path}`);
}
