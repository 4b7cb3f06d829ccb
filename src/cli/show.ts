/** `segue show`: the conversation, readable. */
import { Command, InvalidArgumentError, Option } from "commander";
import { agentNamed } from "../agents/registry.ts";
import { closeBases, openBases } from "../convert/bases.ts";
import { openSession, rowsAt } from "../convert/open.ts";
import { entriesOf, readSession } from "../convert/session.ts";
import { withScratch } from "../io/folders.ts";
import { isShown, renderEntry, type ToolDetail } from "../session/render.ts";
import type { Entry } from "../session/types.ts";
import { type PlaceOptions, placesOf, pour, selectOrStdin, withPlaces } from "./common.ts";
import { printHeaded, printJson } from "./terminal.ts";

interface Options extends PlaceOptions {
  from?: string;
  range?: [number, number];
  tail?: number;
  tools: ToolDetail;
  raw?: boolean;
  json?: boolean;
}

export function command(): Command {
  return withPlaces(new Command("show"))
    .description("print a session's conversation")
    .argument("<session>", "id, prefix, agent:id, agent#n, latest, a path, or - for stdin")
    .option("--from <agent>", "the agent the session is of")
    .option("--range <a-b>", "only messages a to b", range)
    .option("--tail <n>", "only the last n messages", count)
    .addOption(
      new Option("--tools <detail>", "how much of tool calls")
        .choices(["none", "brief", "full"])
        .default("brief"),
    )
    .option("--raw", "print the file as it is")
    .option("--json", "print the session model as JSON")
    .action(run);
}

function range(text: string): [number, number] {
  const [, a, b] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (a === undefined) throw new InvalidArgumentError("it must be like 5-12.");
  return [Number(a), Number(b ?? a)];
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("it must be a number.");
  return Number(text);
}

async function run(selector: string, options: Options): Promise<void> {
  const from = options.from === undefined ? undefined : agentNamed(options.from);
  const places = placesOf(options);
  await withScratch(async (scratch) => {
    const { agent, path, name } = await selectOrStdin(selector, places, from, scratch);
    if (options.raw && !rowsAt(path)) {
      await pour(path);
      return;
    }
    const input = openSession(path, { scratch, name });
    const bases = await openBases(agent, path, { env: process.env, scratch });
    if (options.raw) await pour(input.path);
    else if (options.json) printJson(readSession(agent, input, bases));
    else showEntries(entriesOf(agent, input, bases), options);
    closeBases(bases);
    input.close();
  });
}

function showEntries(entries: Iterable<Entry>, { range: wanted, tail, tools }: Options): void {
  const kept: string[] = [];
  let n = 0;
  for (const entry of entries) {
    if (!isShown(entry)) continue;
    n++;
    const text = renderEntry(entry, tools);
    if (text === null) continue;
    if (wanted && (n < wanted[0] || n > wanted[1])) continue;
    const block = `[${n}] ${text}\n`;
    if (tail === undefined) printHeaded(block);
    else {
      kept.push(block);
      if (kept.length > tail) kept.shift();
    }
  }
  for (const block of kept) printHeaded(block);
}
