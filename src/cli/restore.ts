/** `segue restore`: gets a kept session out of the archive. */
import { Command } from "commander";
import { restoreKept } from "../core/keep.ts";
import { type PlaceOptions, placesOf, withPlaces } from "./common.ts";
import { oneLine, print, say, warn } from "./terminal.ts";

interface Options extends PlaceOptions {
  output?: string;
}

export function command(): Command {
  return withPlaces(new Command("restore"))
    .description("restore a kept session into its agent's store, or to a folder")
    .argument("<session>", "id, prefix, agent:id, agent#n, latest, or the path where it was")
    .option("-o, --output <dir>", "write its files below this folder instead")
    .addHelpText(
      "after",
      `
Examples:
  segue restore 5bc111
  segue restore claude#1 -o rescued`,
    )
    .action(run);
}

async function run(selector: string, { output, ...where }: Options): Promise<void> {
  const request = { selector, folder: output };
  const { kept, path, written, same, left } = await restoreKept(placesOf(where), request);
  for (const place of left) {
    warn(`segue: ${oneLine(`${place}: outside the store: restored only with -o`)}`);
  }
  const there = same > 0 ? `, ${same} already there` : "";
  print(`${written} restored${there}: ${oneLine(path)}`);
  if (output !== undefined || written === 0) return;
  say(`  open it with: segue resume ${kept.profile ?? kept.agent}:${oneLine(kept.id)}`);
}
