/** `segue forget`: removes a session from the archive. */
import { Command } from "commander";
import { forgetKept } from "../core/keep.ts";
import { type PlaceOptions, placesOf, withPlaces } from "./common.ts";
import { oneLine, print, say } from "./terminal.ts";

export function command(): Command {
  return withPlaces(new Command("forget"))
    .description("remove a kept session, and what only it needs, from the archive")
    .argument("<session>", "id, prefix, agent:id, agent#n, latest, or the path where it was")
    .addHelpText("after", "\nExamples:\n  segue forget 5bc111")
    .action(run);
}

function run(selector: string, options: PlaceOptions): void {
  const { kept } = forgetKept(placesOf(options), selector);
  print(`forgotten: ${kept.agent}:${oneLine(kept.id)}`);
  say("  if it is still in its agent's store, the next `segue keep` keeps it again");
}
