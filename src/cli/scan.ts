/** `segue scan`: updates the catalog and its text index, or creates them again. */
import { Command } from "commander";
import { scanSessions } from "../core/search.ts";
import { counted } from "../words.ts";
import { type PlaceOptions, placesFor, withPlaces } from "./places.ts";
import { sayProblems } from "./sessions.ts";
import { ProgressLine, print, printJson, say } from "./terminal.ts";

interface Options extends PlaceOptions {
  rebuild?: boolean;
  json?: boolean;
}

export function command(): Command {
  return withPlaces(new Command("scan"))
    .description("build or update the index for `segue search`")
    .option("--rebuild", "discard the index and read all sessions again")
    .option("--json", "print one JSON document")
    .action(run);
}

async function run({ rebuild = false, json, ...where }: Options): Promise<void> {
  const places = await placesFor(where);
  const line = new ProgressLine();
  const scanned = await scanSessions(places, { rebuild, progress: line.update });
  line.clear();
  const { sessions, read, bytes, problems } = scanned;
  const failed = problems.length + scanned.failed;
  if (json) printJson({ schema: "segue/scan@1", sessions, read, bytes, failed });
  else
    print(`${counted(sessions, "session")}; read ${read} of them, ${(bytes / 1e6).toFixed(1)} MB`);
  sayProblems(scanned);
  if (scanned.failed > 0)
    say(`${counted(scanned.failed, "session")} could not be read and cannot be searched`);
}
