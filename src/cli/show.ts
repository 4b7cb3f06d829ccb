/** `segue show`: the conversation, readable. */
import { Command, InvalidArgumentError, Option } from "commander";
import type { Out } from "../core/process.ts";
import { bytesOf, type OpenSession, withOpened, withScratch } from "../core/read.ts";
import { SegueError, wordsOf } from "../errors.ts";
import { MessageCount } from "../session/count.ts";
import { isShown, renderEntry, type ToolDetail } from "../session/render.ts";
import type { Entry } from "../session/types.ts";
import { counted } from "../words.ts";
import {
  named,
  type PlaceOptions,
  placesOf,
  positive,
  pour,
  selectOrStdin,
  withPlaces,
} from "./common.ts";
import { paged } from "./paged.ts";
import { whileReading } from "./reading.ts";
import { headed, oneLine, paint, printJson, say, warn } from "./terminal.ts";
import { Transcript } from "./transcript.ts";

interface Options extends PlaceOptions {
  from?: string;
  range?: [number, number];
  tail?: number;
  tools: ToolDetail;
  raw?: boolean;
  subagents?: boolean;
  json?: boolean;
  pager: boolean;
}

export function command(): Command {
  return withPlaces(new Command("show"))
    .description("print a session's conversation")
    .argument("<session>", "id, prefix, agent:id, agent#n, latest, a path, or - for stdin")
    .option("--from <agent>", "the agent that the session belongs to")
    .addOption(
      new Option("--range <a-b>", "only entries a to b; `5-`: from entry 5 on")
        .argParser(range)
        .conflicts(["json", "raw"]),
    )
    .addOption(
      new Option("--tail <n>", "only the last n entries")
        .argParser(positive)
        .conflicts(["json", "raw"]),
    )
    .addOption(
      new Option("--tools <detail>", "how much of each tool call to show")
        .choices(["none", "brief", "full"])
        .default("brief"),
    )
    .option("--subagents", "also show subagents whose transcripts are stored separately")
    .addOption(new Option("--raw", "print the file unchanged").conflicts("json"))
    .option("--json", "print the session model as JSON")
    .option("--no-pager", "do not use a pager")
    .action(run);
}

function range(text: string): [number, number] {
  const [, a, dash, b] = /^(\d+)(-?)(\d*)$/.exec(text) ?? [];
  if (a === undefined || (dash === "" && b !== ""))
    throw new InvalidArgumentError("It must be a range such as 5-12 or 5-.");
  const end = dash === "" ? Number(a) : Number.POSITIVE_INFINITY;
  const [first, last] = [Number(a), b === "" ? end : Number(b)];
  if (first === 0) throw new InvalidArgumentError("Entries are counted from 1.");
  if (first > last)
    throw new InvalidArgumentError("The first number must not be greater than the second.");
  return [first, last];
}

async function run(selector: string, options: Options): Promise<void> {
  const from = named(options.from);
  const places = placesOf(options);
  await withScratch(async (scratch) => {
    const selected = await selectOrStdin(selector, places, from, scratch);
    if (options.raw) await pour(bytesOf(selected, scratch));
    else {
      const reading = { env: process.env, scratch, failed };
      await withOpened(selected, reading, (session) => show(session, options));
    }
  });
}

function failed(place: string, error: unknown): void {
  warn(`segue: ${oneLine(`${place}: ${wordsOf(error)}`)}`);
}

async function show(session: OpenSession, options: Options): Promise<void> {
  const { json, subagents = false } = options;
  if (json) {
    printJson(await session.session({ subagents }));
    return;
  }
  const blocks = blocksOf(session, options);
  // The requested entries may be late in a long session: the pager waits for them, so that the
  // progress can be shown.
  const first = await whileReading("reading", 1, async () => blocks.next());
  await paged(options.pager, async (out) => {
    if (process.stdout.isTTY) await showFacts(session, out);
    if (first.done !== true && !(await out.write(first.value))) return;
    for (const block of blocks) if (!(await out.write(block))) return;
    if (subagents) await showSubagents(session, options, out);
  });
  if (!subagents) await sayOfSubagents(session);
}

async function showFacts(session: OpenSession, out: Out): Promise<void> {
  const { id, title, cwd, model, createdAt } = session.heading();
  const facts = [session.agent.name, model, cwd, createdAt?.slice(0, 10)];
  const lines = [
    paint("bold", oneLine(title ?? "(no title)", 200)),
    paint("dim", facts.flatMap((fact) => fact ?? []).join(" · ")),
    paint("dim", id),
  ];
  await out.write(`${lines.join("\n")}\n\n`);
}

async function showSubagents(session: OpenSession, options: Options, out: Out): Promise<void> {
  for await (const subagent of session.subagents()) {
    const { id, title } = subagent.heading();
    const about = `subagent ${id}\n${oneLine(title ?? "", 200)}\n${subagent.place}\n`;
    await out.write(`${headed(about)}\n`);
    // Parts of the main conversation were requested, not of each subagent's.
    const { range: _, tail: __, ...all } = options;
    for (const block of blocksOf(subagent, all)) await out.write(block);
    await showSubagents(subagent, options, out);
  }
}

async function sayOfSubagents(session: OpenSession): Promise<void> {
  const length = await session.countSubagents();
  if (length > 0) say(`subagents with separate transcripts: ${length} (--subagents shows them)`);
}

/** The requested entries, as text. */
function* blocksOf(
  session: OpenSession,
  { range: wanted, tail, tools }: Options,
): Generator<string> {
  const textOf = renderer(session, tools);
  const kept: string[] = [];
  const count = new MessageCount();
  let n = 0;
  for (const entry of session.entries()) {
    if (!isShown(entry)) continue;
    n++;
    count.note(entry);
    if (wanted && (n < wanted[0] || n > wanted[1])) continue;
    const block = textOf(entry, n);
    if (block === null) continue;
    if (tail === undefined) yield block;
    else {
      kept.push(block);
      if (kept.length > tail) kept.shift();
    }
  }
  if (wanted && wanted[0] > n) throw beyond(wanted, n, count.messages);
  if (n === 0) say("this session has no messages");
  yield* kept;
}

/** For people in a terminal; for programs, plain blocks. */
function renderer(
  { agent }: OpenSession,
  tools: ToolDetail,
): (entry: Entry, n: number) => string | null {
  if (process.stdout.isTTY) {
    const transcript = new Transcript({ tools, agent: agent.id, paint });
    return (entry, n) => transcript.entry(entry, n);
  }
  return (entry, n) => {
    const text = renderEntry(entry, tools);
    return text === null ? null : `${headed(`[${n}] ${text}\n`)}\n`;
  };
}

function beyond([first]: [number, number], n: number, messages: number): SegueError {
  const said = `${counted(n, "entry", "entries")} (${counted(messages, "message")})`;
  const has = n === 0 ? "no entries" : said;
  const about = n === 0 ? {} : { hint: `\`--range 1-${n}\` is all of it` };
  return new SegueError("not-found", `there is no entry ${first}: the session has ${has}`, about);
}
