/** `segue list`: sessions, newest first, this project's first. */
import { Command, InvalidArgumentError } from "commander";
import { agentNamed, findAgent } from "../agents/registry.ts";
import { type Glance, glance } from "../catalog/peek.ts";
import { allSessions, hereFirst } from "../catalog/select.ts";
import { type PlaceOptions, placesOf, withPlaces } from "./common.ts";
import { oneLine, print, printJson, printJsonLine, say, table } from "./terminal.ts";

interface Options extends PlaceOptions {
  agent?: string;
  all?: boolean;
  number?: number;
  json?: boolean;
  jsonl?: boolean;
}

const SHOWN = 30;

export function command(): Command {
  return withPlaces(new Command("list"))
    .description("sessions of every agent, newest first, this project's first")
    .option("--agent <agent>", "only this agent's")
    .option("--all", "sessions of every folder, not only of this project")
    .option("-n, --number <n>", `how many (default: ${SHOWN})`, positive)
    .option("--json", "print one JSON document")
    .option("--jsonl", "print one JSON line a session")
    .action(run);
}

function positive(value: string): number {
  const n = Number(value);
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError("it must be a number above 0.");
  return n;
}

async function run(options: Options): Promise<void> {
  const places = placesOf(options);
  const only = options.agent === undefined ? undefined : agentNamed(options.agent);
  const found = hereFirst(await allSessions(places, only), places);
  const glances: Glance[] = [];
  for (const session of found) {
    if (glances.length >= (options.number ?? SHOWN)) break;
    const agent = findAgent(session.agent);
    const seen = agent && glance(agent, session);
    if (seen && (options.all || only || isHere(seen, places.cwd))) glances.push(seen);
  }
  if (options.jsonl) for (const seen of glances) printJsonLine(row(seen));
  else if (options.json) printJson({ schema: "segue/list@1", sessions: glances.map(row) });
  else printTable(glances, found.length);
}

function isHere(seen: Glance, cwd: string): boolean {
  return seen.header.cwd === null || seen.header.cwd === cwd;
}

function printTable(glances: readonly Glance[], total: number): void {
  if (glances.length === 0) {
    say(total === 0 ? "no session was found" : `none here; ${total} elsewhere: add --all`);
    return;
  }
  const rows = glances.map((seen) => [
    seen.agent,
    new Date(seen.mtime).toISOString().slice(0, 16).replace("T", " "),
    seen.id,
    oneLine(seen.header.cwd ?? "", 28),
    oneLine(seen.title ?? "", 50),
  ]);
  print(table(rows));
}

function row(seen: Glance): { [key: string]: unknown } {
  const { header } = seen;
  return {
    agent: seen.agent,
    id: seen.id,
    title: seen.title,
    cwd: header.cwd,
    createdAt: header.createdAt,
    updatedAt: header.updatedAt ?? new Date(seen.mtime).toISOString(),
    messages: seen.messages,
    tokens: null,
    model: header.model,
    path: seen.path,
    branch: header.gitBranch,
    parent: header.parent,
    limit: null,
  };
}
