/** `segue scan`: the catalogue and its text index, brought up to date or made anew. */
import { Command } from "commander";
import { openCatalog } from "../catalog/catalog.ts";
import { indexSessions } from "../catalog/indexing.ts";
import { pending } from "../catalog/pending.ts";
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
    .description("read all sessions for `segue search`; only what changed is read again")
    .option("--rebuild", "forget everything, and read it all anew")
    .option("--json", "print one JSON document")
    .action(run);
}

async function run(options: Options): Promise<void> {
  const places = await placesFor(options);
  const catalog = await openCatalog(places);
  if (options.rebuild) {
    catalog.file.empty();
    await catalog.refresh();
  }
  const progress = new ProgressLine();
  const tasks = pending(catalog);
  const done = await indexSessions(catalog, tasks, { progress: progress.update });
  progress.clear();
  const { size, problems } = catalog;
  catalog.close();
  const failed = problems.length + done.failed.length;
  const { sessions: read, bytes } = done;
  if (options.json) printJson({ schema: "segue/scan@1", sessions: size, read, bytes, failed });
  else print(`${counted(size, "session")}; read ${read} of them, ${(bytes / 1e6).toFixed(1)} MB`);
  sayProblems(catalog);
  if (done.failed.length > 0)
    say(`${counted(done.failed.length, "session")} could not be read and cannot be searched`);
}
