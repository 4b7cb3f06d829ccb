/** `segue agents`: every agent, what is here of it, and what Segue can do with it. */
import { existsSync } from "node:fs";
import { Command } from "commander";
import { installedVersion } from "../agents/command.ts";
import { passes, provenWith } from "../agents/proven.ts";
import { agents } from "../agents/registry.ts";
import { isNewer } from "../catalog/doctor.ts";
import { rootsOf, sessionsOf } from "../catalog/stores.ts";
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
  const places = placesOf(options);
  const rows = await Promise.all(
    agents.map(async (agent) => {
      const version = installedVersion(agent, places.env);
      return {
        id: agent.id,
        name: agent.name,
        installed: version !== null,
        version,
        stores: rootsOf(agent, places).filter((root) => existsSync(root)),
        sessions: (await sessionsOf(agent, places)).length,
        read: true,
        write: true,
        resume: passes("to", agent.id).passed > 0,
        proven: provenWith(agent.id),
      };
    }),
  );
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

function provenText(proven: ReturnType<typeof provenWith>, version: string | null): string {
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
