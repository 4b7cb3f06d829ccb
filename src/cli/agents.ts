/**
 * `segue agents`: all agents, what is installed on this machine, and what Segue can do with them.
 */

import { Command } from "commander";
import {
  type AgentHere,
  agentsHere,
  HOW_TO_ASK,
  isNewer,
  passes,
  type UnsupportedStore,
  unsupportedStores,
} from "../core/agents.ts";
import { table } from "./cells.ts";
import { type PlaceOptions, placesOf, withPlaces } from "./common.ts";
import { belowHome } from "./session-table.ts";
import { UnreadSoFar } from "./sessions.ts";
import { endOf, oneLine, print, printJson, screenWidth } from "./terminal.ts";

export function command(): Command {
  return withPlaces(new Command("agents"))
    .description("list the agents: installed version, store, sessions, and what is proven")
    .option("--json", "print one JSON document")
    .action(run);
}

async function run(options: PlaceOptions & { json?: boolean }): Promise<void> {
  const places = placesOf(options);
  const unread = new UnreadSoFar();
  const rows = await agentsHere({ ...places, unread: unread.note });
  unread.say();
  const unsupported = unsupportedStores(places.env);
  if (options.json) {
    printJson({ schema: "segue/agents@1", agents: rows, unsupported });
    return;
  }
  print(agentTable(rows));
  if (rows.some(({ evidence }) => evidence !== null)) {
    print(`${UNRUN}: supported, but never run in tests: docs/support.md`);
  }
  if (rows.some(hasNewer)) print(`${NEWER}: newer than the version that Segue is proven with`);
  if (unsupported.length > 0) printUnsupported(unsupported);
}

/** Agents with sessions here that Segue does not read. */
function printUnsupported(stores: readonly UnsupportedStore[]): void {
  const width = screenWidth(process.stdout, Number.POSITIVE_INFINITY);
  print("\nfound, but not supported:");
  for (const { name, path, why } of stores) {
    print(
      `  ${oneLine(`${name}: ${belowHome(path)}${why === null ? "" : ` (${why})`}`, width - 2)}`,
    );
  }
  print(`how to ask for one: ${HOW_TO_ASK}`);
}

const NEWER = "*";
const UNRUN = "~";
/** With the mark of a newer one. */
const LONGEST_VERSION = 12;
/** A shorter path would be useless. */
const SHORTEST_PATH = 16;

/** Installed agents first. In a narrow terminal, columns are left out from the right. */
function agentTable(rows: readonly AgentHere[]): string {
  const sorted = rows.toSorted((a, b) => Number(b.version !== null) - Number(a.version !== null));
  const head = ["AGENT", "INSTALLED", "SESSIONS", "READ", "WRITE", "RESUME", "PROVEN"];
  const lines = [[...head], ...sorted.map(cellsOf)];
  const room = screenWidth(process.stdout, Number.POSITIVE_INFINITY);
  while (widthOf(lines) > room && (lines[0]?.length ?? 0) > 1) for (const line of lines) line.pop();
  const left = room - widthOf(lines) - 2;
  if ((lines[0]?.length ?? 0) < head.length || left < SHORTEST_PATH) return table(lines);
  const stores = ["STORE", ...sorted.map(({ stores }) => stores.map(belowHome).join(", "))];
  const whole = table(lines.map((line, i) => [...line, endOf(stores[i] ?? "", left)]));
  return whole.replace(/ +$/gm, "");
}

function cellsOf(row: AgentHere): string[] {
  const { id, profile, version, sessions, proven } = row;
  const newer = hasNewer(row) ? ` ${NEWER}` : "";
  const most = LONGEST_VERSION - newer.length;
  const installed = version === null ? "-" : oneLine(version, most) + newer;
  return [
    profile === null ? id : `└ ${profile}`,
    installed,
    String(sessions).padStart("SESSIONS".length),
    row.evidence === null ? mark(passes("from", id)) : UNRUN,
    row.write ? (row.evidence === null ? DONE : UNRUN) : "-",
    mark(passes("to", id)),
    proven === null ? "-" : `${proven.version}, ${proven.date}`,
  ];
}

const DONE = "✓";

/** Of the tested pairs: all passed, or how many. */
function mark({ passed, tried }: ReturnType<typeof passes>): string {
  if (tried === 0) return "-";
  return passed === tried ? DONE : `${passed}/${tried}`;
}

function hasNewer({ version, proven }: AgentHere): boolean {
  return version !== null && proven !== null && isNewer(version, proven.version);
}

function widthOf(rows: readonly (readonly string[])[]): number {
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  return widths.reduce((sum, width) => sum + width + 2, -2);
}
