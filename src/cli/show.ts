/** `segue show`: the conversation, readable. */
import { Command, InvalidArgumentError, Option } from "commander";
import { agentNamed } from "../core/names.ts";
import { type Out, pagerIn, withPager } from "../core/process.ts";
import { bytesOf, type OpenSession, withOpened, withScratch } from "../core/read.ts";
import { SegueError, wordsOf } from "../errors.ts";
import { MessageCount } from "../session/count.ts";
import { isShown, renderEntry, type ToolDetail } from "../session/render.ts";
import type { Entry } from "../session/types.ts";
import { counted } from "../words.ts";
import {
  type PlaceOptions,
  placesOf,
  pour,
  pourText,
  selectOrStdin,
  withPlaces,
} from "./common.ts";
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
    .option("--from <agent>", "the agent the session is of")
    .addOption(
      new Option("--range <a-b>", "only entries a to b, by their numbers")
        .argParser(range)
        .conflicts(["json", "raw"]),
    )
    .addOption(
      new Option("--tail <n>", "only the last n entries")
        .argParser(count)
        .conflicts(["json", "raw"]),
    )
    .addOption(
      new Option("--tools <detail>", "how much of tool calls")
        .choices(["none", "brief", "full"])
        .default("brief"),
    )
    .option("--subagents", "what its subagents did as well, where that lies apart")
    .addOption(new Option("--raw", "print the file as it is").conflicts("json"))
    .option("--json", "print the session model as JSON")
    .option("--no-pager", "print it all at once, even to a terminal")
    .action(run);
}

function range(text: string): [number, number] {
  const [, a, b] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (a === undefined) throw new InvalidArgumentError("It must be like 5-12.");
  const [first, last] = [Number(a), Number(b ?? a)];
  if (first === 0) throw new InvalidArgumentError("Entries are counted from 1.");
  if (first > last) throw new InvalidArgumentError("The first number is above the second.");
  return [first, last];
}

function count(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a number.");
  return Number(text);
}

async function run(selector: string, options: Options): Promise<void> {
  const from = options.from === undefined ? undefined : agentNamed(options.from);
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
  await onScreen(options, async (out) => {
    if (process.stdout.isTTY) await showFacts(session, out);
    await showEntries(session, options, out);
    if (subagents) await showSubagents(session, options, out);
  });
  if (!subagents) await sayOfSubagents(session);
}

/** In the pager, where there is a terminal and one is wanted. */
async function onScreen({ pager }: Options, work: (out: Out) => Promise<void>): Promise<void> {
  const { stdout, env } = process;
  const words = pager && stdout.isTTY ? pagerIn(env) : null;
  if (words) await withPager(words, env, work);
  else await work({ write: pourText });
}

async function showFacts(session: OpenSession, out: Out): Promise<void> {
  const { id, title, cwd, model, createdAt } = session.header();
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
    const { id, title } = subagent.header();
    const about = `subagent ${id}\n${oneLine(title ?? "", 200)}\n${subagent.place}\n`;
    await out.write(`${headed(about)}\n`);
    // Parts of the main conversation were asked for, not of each subagent's.
    const { range: _, tail: __, ...all } = options;
    await showEntries(subagent, all, out);
    await showSubagents(subagent, options, out);
  }
}

async function sayOfSubagents(session: OpenSession): Promise<void> {
  const length = await session.countSubagents();
  if (length > 0) say(`subagents whose transcripts lie apart: ${length} (--subagents shows them)`);
}

async function showEntries(
  session: OpenSession,
  { range: wanted, tail, tools }: Options,
  out: Out,
): Promise<void> {
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
    if (tail === undefined) {
      if (!(await out.write(block))) return;
    } else {
      kept.push(block);
      if (kept.length > tail) kept.shift();
    }
  }
  if (wanted && wanted[0] > n) throw beyond(wanted, n, count.messages);
  if (n === 0) say("nobody has said anything in this session");
  for (const block of kept) await out.write(block);
}

/** For people on a terminal; for programs, plain blocks. */
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
