/** `segue agents`: every agent, what is here of it, and what Segue can do with it. */
import { Command } from "commander";
import { type AgentHere, agentsHere, isNewer, passes } from "../core/agents.ts";
import { counted } from "../words.ts";
import { type PlaceOptions, placesOf, withPlaces } from "./common.ts";
import { print, printJson, table } from "./terminal.ts";

export function command(): Command {
  return withPlaces(new Command("agents"))
    .description("every agent: installed, store, sessions, and what was proven with it")
    .option("--json", "print one JSON document")
    .action(run);
}

async function run(options: PlaceOptions & { json?: boolean }): Promise<void> {
  const rows = await agentsHere(placesOf(options));
  if (options.json) {
    printJson({ schema: "segue/agents@1", agents: rows });
    return;
  }
  const lines = rows.map((row) => [
    row.id,
    row.version ?? "not installed",
    counted(row.sessions, "session"),
    provenText(row.proven, row.version),
    `${sumOf("from", row.id)} read, ${sumOf("to", row.id)} resumed`,
    row.stores.join(", "),
  ]);
  print(table(lines));
}

function provenText(proven: AgentHere["proven"], version: string | null): string {
  if (proven === null) return "not proven";
  const text = `proven with ${proven.version}, ${proven.date}`;
  const newer = version !== null && isNewer(version, proven.version);
  return newer ? `${text}; the installed one is newer` : text;
}

/** How many of the pairs that were tried passed. */
function sumOf(side: "from" | "to", id: string): string {
  const { passed, tried } = passes(side, id);
  return `${passed}/${tried}`;
}
