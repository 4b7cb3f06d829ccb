/** `segue info`: a session at a glance. */
import { Command } from "commander";
import { type Info, infoOf } from "../core/info.ts";
import type { Relative } from "../core/list.ts";
import { agentNamed } from "../core/names.ts";
import { withScratch } from "../core/read.ts";
import { counted } from "../words.ts";
import { clean, wrap } from "./cells.ts";
import { named, type PlaceOptions, placesOf, selectOrStdin, withPlaces } from "./common.ts";
import { aboutLimit, limitName, timeAhead } from "./limit-words.ts";
import { whileReading } from "./reading.ts";
import { when } from "./session-table.ts";
import { rowOf } from "./sessions.ts";
import { paint, printJson, printPainted, screenWidth } from "./terminal.ts";

interface Options extends PlaceOptions {
  from?: string;
  json?: boolean;
}

const SCHEMA = "segue/info@1";

export function command(): Command {
  return withPlaces(new Command("info"))
    .description("show a session's title, times, model, counts, size and path")
    .argument("<session>", "id, prefix, agent:id, agent#n, latest, a path, or - for stdin")
    .option("--from <agent>", "the agent that the session belongs to")
    .option("--json", "print one JSON document")
    .action(run);
}

async function run(selector: string, options: Options): Promise<void> {
  const from = named(options.from);
  const places = placesOf(options);
  await withScratch(async (scratch) => {
    const session = await selectOrStdin(selector, places, from, scratch);
    const info = await whileReading("reading", 1, () => infoOf(session, places, scratch));
    if (options.json) {
      const { bytes, counts, subagents } = info;
      const row = rowOf({ ...info, path: info.path ?? "" });
      printJson({ schema: SCHEMA, ...row, path: info.path, bytes, counts, subagents });
    } else printPainted(card(info, screenWidth(process.stdout, 100)));
  });
}

const INDENT = 11;

/** Label and text, which is wrapped beside the label. */
function card(info: Info, width: number): string[] {
  const rows = rowsOf(info).filter(([, text]) => text !== "");
  return rows.flatMap(([label, text, style]) =>
    linesOf(label, text, Math.max(20, width - INDENT)).map((line, n) => {
      const name = paint("dim", (n === 0 ? label : "").padEnd(INDENT));
      return name + (style === undefined ? line : paint(style, line));
    }),
  );
}

/** Text that users copy is not wrapped. */
function linesOf(label: string, text: string, width: number): string[] {
  return WHOLE.has(label) ? [clean(text)] : wrap(text, width, 4);
}

const WHOLE = new Set(["id", "folder", "stored in"]);

type Style = Parameters<typeof paint>[0];

function rowsOf(info: Info): [label: string, text: string, style?: Style][] {
  const { agent, profile, id, title, cwd, branch, model, path, limit, from, bytes, subagents } =
    info;
  return [
    ["title", clean(title ?? "(none)"), "bold"],
    ["agent", `${agentNamed(agent).name} (${agent})`, { agent }],
    ["profile", profile ?? ""],
    ["id", id],
    ["folder", cwd ?? "(not recorded)"],
    ["branch", branch ?? ""],
    ["started", timeOf(info.createdAt)],
    ["updated", timeOf(info.updatedAt)],
    ["model", model ?? ""],
    ["holds", contentsOf(info)],
    [
      "tokens",
      info.tokens === null ? "" : `${info.tokens.toLocaleString("en")} in the model's context`,
    ],
    [
      "subagents",
      subagents === 0 ? "" : `${subagents}, stored separately (\`segue show --subagents\`)`,
    ],
    ["limit", limit === null ? "" : limitOf(limit)],
    ["made from", from === null ? "" : `${from.id} of ${accountName(from)}`],
    ...info.continuedIn.map((one): [string, string] => [
      "continued",
      `in ${accountName(one)}: ${one.id}`,
    ]),
    ["size", sizeOf(bytes)],
    ["stored in", path ?? ""],
  ];
}

function accountName({ agent, profile }: Relative): string {
  const { name } = agentNamed(agent);
  return profile ? `${name} (${profile})` : name;
}

function timeOf(time: string | null): string {
  if (time === null) return "";
  const at = Date.parse(time);
  if (Number.isNaN(at)) return time;
  const ago = when(at);
  const date = `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return date.startsWith(ago) ? date : `${date} (${ago})`;
}

function limitOf(limit: NonNullable<Info["limit"]>): string {
  const { text, resetsAt } = limit;
  const name = aboutLimit(limit) === "" ? "" : ` (${limitName(limit)})`;
  const ends = resetsAt === null ? "" : ` (resets ${resetOf(resetsAt)})`;
  return `stopped at a usage limit${name}: ${text}${ends}`;
}

/** When that is, and how long it is until then. */
function resetOf(time: string): string {
  const [at, now] = [Date.parse(time), Date.now()];
  return at > now ? timeAhead(at, now) : timeOf(time);
}

function contentsOf({ messages, counts }: Info): string {
  const { prompts, toolCalls, failedCalls, reasoning, images, files, compactions } = counts;
  const calls = counted(toolCalls, "tool call");
  return [
    `${counted(messages ?? 0, "message")} (${counted(prompts, "prompt")})`,
    failedCalls > 0 ? `${calls} (${failedCalls} failed)` : calls,
    ...(reasoning > 0 ? [counted(reasoning, "reasoning block")] : []),
    ...(images > 0 ? [counted(images, "image")] : []),
    ...(files > 0 ? [counted(files, "file")] : []),
    ...(compactions > 0 ? [counted(compactions, "compaction")] : []),
  ].join(", ");
}

function sizeOf(bytes: number): string {
  if (bytes < 1000) return counted(bytes, "byte");
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
