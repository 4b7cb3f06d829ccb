/** `segue convert`: file to file, without touching a store. */
import { closeSync, constants, openSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import {
  convertFile,
  type FileSource,
  fileSource,
  putFile,
  type ReasoningFate,
  type Report,
  reportText,
} from "../core/convert.ts";
import { copyOf } from "../core/find.ts";
import { agentNamed } from "../core/names.ts";
import type { Places } from "../core/places.ts";
import { bytesIn, withScratch } from "../core/read.ts";
import { refuseSource, refuseStore } from "../core/refuse.ts";
import { settings } from "../core/settings.ts";
import { fileError, SegueError } from "../errors.ts";
import { isStream, outputFile, placesOf, pour, requireFolder } from "./common.ts";
import { expanded } from "./options.ts";
import { reasoningFate, reasoningOption } from "./reasoning.ts";
import { ProgressLine, printJson, say, warn } from "./terminal.ts";

interface Options {
  to: string;
  from?: string;
  output?: string;
  embed?: boolean;
  carry: boolean;
  fresh?: boolean;
  fullHistory?: boolean;
  reasoning?: ReasoningFate;
  cwd?: string;
  report?: string;
  json?: boolean;
  force?: boolean;
}

export function command(): Command {
  return new Command("convert")
    .description("convert a session file to another agent's format")
    .argument("<src>", "a session file, any other session selector, or - for stdin")
    .requiredOption("--to <agent>", "the target agent")
    .option("--from <agent>", "the source agent (default: detected from the content)")
    .option("-o, --output <file>", "write to a file (default: stdout)")
    .addOption(
      new Option(
        "--embed",
        "store the carry (what the target cannot hold) in the output file, not in FILE.segue",
      ).conflicts("carry"),
    )
    .option("--no-carry", "do not write a carry: the original cannot be restored from the output")
    .option("--fresh", "ignore an existing carry and convert from scratch")
    .option("--full-history", "also send the messages before a compaction")
    .addOption(reasoningOption())
    .option("--cwd <dir>", "the folder of the new session")
    .option("--report <file>", "write the full report to a file, as JSON")
    .option("--json", "print the report as JSON (needs -o)")
    .option("--force", "overwrite the output file if it exists; write even if verification fails")
    .addHelpText(
      "after",
      `
Examples:
  segue convert session.jsonl --to codex -o out.jsonl
  segue convert out.jsonl --to claude-code | cmp - session.jsonl`,
    )
    .action(run);
}

async function run(src: string, options: Options): Promise<void> {
  const { output } = options;
  if (options.json && output === undefined) {
    throw new SegueError("usage", "--json prints the report to stdout, so the session needs -o");
  }
  const places = placesOf({});
  refusePlaces(options, places);
  await withScratch(async (scratch) => {
    const source = await sourceOf(src, options.from, places, scratch);
    if (options.report !== undefined) refuseSource(options.report, source.path);
    const out = output === undefined ? join(scratch, "out") : outputFile("-o", output);
    const report = await converted(source, options, out);
    if (output === undefined) report.target.path = null;
    if (options.report !== undefined) writeReport(options.report, report);
    if (options.json) printJson(report);
    else for (const line of reportText(report)) say(line);
    if (output === undefined) await pour(bytesIn(join(scratch, "out")));
  });
}

/** Checked before anything is read. */
function refusePlaces({ output, report }: Options, places: Places): void {
  const given = [
    ["-o", output],
    ["--report", report],
  ] as const;
  for (const [option, path] of given) {
    if (path === undefined || (option === "--report" && isStream(path))) continue;
    refuseStore(outputFile(option, path), places);
    requireFolder(option, path);
  }
  if (output !== undefined && report !== undefined && resolve(output) === resolve(report)) {
    throw new SegueError("usage", "-o and --report are the same file", { where: output });
  }
}

function writeReport(path: string, report: Report): void {
  const text = `${JSON.stringify(report, null, 2)}\n`;
  try {
    if (isStream(path)) pourText(path, text);
    else putFile(outputFile("--report", path), text);
  } catch (error) {
    throw fileError(error, path, "write the report");
  }
}

/**
 * For outputs such as `>(jq .)`. A pipe without a reader is an error: writing to it would wait
 * forever.
 */
function pourText(path: string, text: string): void {
  const probe = openReadPipe(path);
  try {
    // There is a reader, so this does not wait for one, and writes more than a pipe's buffer holds.
    writeFileSync(path, text);
  } finally {
    closeSync(probe);
  }
}

function openReadPipe(path: string): number {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    const isUnread = error instanceof Error && "code" in error && error.code === "ENXIO";
    if (!isUnread) throw error;
    const what = "cannot write the report: nothing reads from the pipe";
    throw new SegueError("failed", what, { where: path });
  }
}

async function sourceOf(
  src: string,
  from: string | undefined,
  places: Places,
  scratch: string,
): Promise<FileSource> {
  if (src === "-") return { path: await copyOf(process.stdin, scratch), name: null, from };
  return fileSource(expanded(src), from, places);
}

async function converted(source: FileSource, options: Options, output: string): Promise<Report> {
  const { path, name, from } = source;
  const { to, carry, embed, fresh, fullHistory, force, cwd } = options;
  const inside = embed || options.output === undefined;
  const progress = new ProgressLine();
  const report = await convertFile(path, {
    to: agentNamed(to, settings().profiles).id,
    output,
    carry: carry ? (inside ? "inside" : "beside") : "none",
    fresh: fresh ?? false,
    fullHistory: fullHistory ?? false,
    reasoning: reasoningFate(options.reasoning),
    force: force ?? false,
    refuseEmpty: true,
    name,
    ...(from === undefined ? {} : { from }),
    ...(cwd === undefined ? {} : { cwd }),
    progress: progress.update,
    warn: (text) => warn(`segue: ${text}`),
  });
  progress.clear();
  return report;
}
