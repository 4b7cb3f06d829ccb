/** `segue keep`: copies what is new or changed in the agents' stores into an archive. */
import { Command } from "commander";
import { type Damage, type KeepResult, keepSessions, verifyArchive } from "../core/keep.ts";
import { SegueError, wordsOf } from "../errors.ts";
import { counted } from "../words.ts";
import { named, type PlaceOptions, placesOf, withPlaces } from "./common.ts";
import { oneLine, ProgressLine, print, printJson, warn } from "./terminal.ts";

interface Options extends PlaceOptions {
  agent?: string;
  all?: boolean;
  verify?: boolean;
  json?: boolean;
}

export function command(): Command {
  return withPlaces(new Command("keep"), "only sessions of this project")
    .description("keep sessions in an archive, which outlives the agents' own clean-up")
    .option("--agent <agent>", "only sessions of this agent")
    .option("--all", "read every session again, not only what is new or changed")
    .option("--verify", "read everything in the archive, and report what is damaged")
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      `
Examples:
  segue keep
  segue keep --agent claude
  segue keep --verify`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  if (options.verify) return await runVerify(options);
  const progress = new ProgressLine("keeping");
  const result = await keepSessions(placesOf(options), {
    agent: named(options.agent),
    cwd: options.cwd,
    afresh: options.all ?? false,
    progress: progress.update,
    failed: (place, error) => {
      progress.clear();
      warn(`segue: ${oneLine(`${place}: not kept: ${wordsOf(error)}`)}`);
    },
  });
  progress.clear();
  if (options.json) printJson({ schema: "segue/keep@1", ...result });
  else print(summary(result));
  if (result.failed > 0) process.exitCode = 1;
}

function summary({ archive, kept, changed, unchanged, failed, written }: KeepResult): string {
  const what = [`${kept} new`, `${changed} changed`, `${unchanged} unchanged`];
  const rest = failed > 0 ? [`${failed} failed`] : [];
  return `${[...what, ...rest].join(", ")}; ${(written / 1e6).toFixed(1)} MB written: ${archive}`;
}

async function runVerify(options: Options): Promise<void> {
  const given = [options.agent && "--agent", options.all && "--all", options.cwd && "--cwd"];
  const other = given.find((flag) => flag);
  if (other) {
    throw new SegueError("usage", `--verify and ${other} cannot be used together`, {
      hint: "--verify reads the whole archive",
    });
  }
  const progress = new ProgressLine("verifying");
  const result = await verifyArchive(placesOf(options), progress.update);
  progress.clear();
  const { archive, sessions, files, bytes, damage, unused } = result;
  if (options.json) {
    const listed = damage.map(({ kept, ...one }) => {
      return { agent: kept?.agent ?? null, id: kept?.id ?? null, ...one };
    });
    const schema = "segue/archive@1";
    printJson({ schema, archive, sessions, files, bytes, unused, damage: listed });
  } else {
    for (const one of damage) warn(`segue: ${oneLine(wordsFor(one))}`);
    const state = damage.length === 0 ? "all intact" : counted(damage.length, "damaged part");
    const size = `${counted(files, "file")}, ${(bytes / 1e6).toFixed(1)} MB`;
    print(`${counted(sessions, "session")}, ${size}: ${state}: ${archive}`);
  }
  if (damage.length > 0) process.exitCode = 1;
}

const WORDS: { [what in Damage["what"]]: string } = {
  manifest: "the record of a session is damaged",
  missing: "a part is missing",
  damaged: "a part is damaged",
  other: "the file is not the one that was kept",
};

function wordsFor({ what, path, kept, place, elsewhere, mendable }: Damage): string {
  const whose = kept === null ? "" : `${kept.agent}:${kept.id}: `;
  const file = place === null ? "" : ` of ${place}`;
  const then = mendable ? ": the next `segue keep` mends it" : "";
  const still = elsewhere ? ": another machine keeps it, too" : then;
  return `${whose}${WORDS[what]}${file} (${path})${still}`;
}
