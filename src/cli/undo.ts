/** `segue undo`: reverts a write exactly. */
import { Command } from "commander";
import {
  type Titles,
  titleOf,
  titlesOf,
  type Undone,
  undoWrite,
  type Write,
  writtenBy,
} from "../core/journal.ts";
import { settings } from "../core/settings.ts";
import { placesOf } from "./common.ts";
import { wayOf } from "./log.ts";
import { whileReading } from "./reading.ts";
import { oneLine, print, say } from "./terminal.ts";

export function command(): Command {
  return new Command("undo")
    .description("revert a write: the newest, or number N in `segue log`")
    .argument("[n]", "number of the write")
    .option(
      "--force",
      "even if the session is open, or has changed since; a copy of it is kept first",
    )
    .action(run);
}

async function run(n: string | undefined, { force = false }: { force?: boolean }): Promise<void> {
  // Once it is undone, its title is no longer known.
  const titles = await titlesOf(placesOf({}), written(n));
  const undone = (one: Undone): void => sayUndone(one, titles);
  const { profiles } = settings();
  const options = { ...(n === undefined ? {} : { n }), force, profiles, undone };
  await whileReading("undoing", 2, async () => undoWrite(process.env, options));
}

/** The write to undo, and those that came along with it. */
function written(n: string | undefined): Write[] {
  const { writes } = writtenBy(process.env);
  const last = n === undefined ? writes.at(-1) : writes.find((write) => String(write.n) === n);
  const first = last?.with ?? last?.n;
  return writes.filter((write) => write.n === first || write.with === first);
}

function sayUndone({ write, already, kept }: Undone, titles: Titles): void {
  if (kept !== null) say(`kept a copy: ${kept}`);
  const what = already ? "already undone, because it had been interrupted" : "undone";
  print(`${what}: ${write.action} ${write.path}`);
  const title = titleOf(write, titles);
  if (title !== null) say(`  ${oneLine(title, 72)} (${wayOf(write)})`);
}
