/** `segue convert`: file to file; no store is touched. */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { convertFile, refuseSource } from "../convert/file.ts";
import { reportText } from "../convert/report.ts";
import { SegueError } from "../errors.ts";
import { Input } from "../io/input.ts";
import { spool } from "../io/spool.ts";
import { ProgressLine, printJson, say } from "./terminal.ts";

interface Options {
  to: string;
  from?: string;
  output?: string;
  embed?: boolean;
  carry: boolean;
  fresh?: boolean;
  fullHistory?: boolean;
  cwd?: string;
  report?: string;
  json?: boolean;
  force?: boolean;
  quiet?: boolean;
}

export function command(): Command {
  return new Command("convert")
    .description("convert a session file into another agent's format")
    .argument("<src>", "a session file, or - for stdin")
    .requiredOption("--to <agent>", "the agent to convert to")
    .option("--from <agent>", "the agent the file is of (default: told from its content)")
    .option("-o, --output <file>", "where to write (default: stdout)")
    .option("--embed", "keep what the target cannot hold inside the file, not beside it")
    .option("--no-carry", "do not keep what the target cannot hold")
    .option("--fresh", "leave an existing carry aside and convert anew")
    .option("--full-history", "send what came before a compaction as well")
    .option("--cwd <dir>", "the folder that the new session belongs to")
    .option("--report <file>", "write the full report there, as JSON")
    .option("--json", "print the report as JSON (needs -o)")
    .option("--force", "replace the output file if it exists")
    .option("--quiet", "say nothing but errors")
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
  if (options.report !== undefined) refuseSource(options.report, src);
  const scratch = mkdtempSync(join(tmpdir(), "segue-"));
  try {
    const path = src === "-" ? await spool(process.stdin, join(scratch, "stdin")) : src;
    const { from, fresh, fullHistory, cwd, force } = options;
    const inside = options.embed || output === undefined;
    const progress = new ProgressLine();
    const report = await convertFile(path, {
      to: options.to,
      output: output ?? join(scratch, "out"),
      carry: options.carry ? (inside ? "inside" : "beside") : "none",
      fresh: fresh ?? false,
      fullHistory: fullHistory ?? false,
      force: force ?? false,
      name: src === "-" ? null : src,
      ...(from === undefined ? {} : { from }),
      ...(cwd === undefined ? {} : { cwd }),
      progress: progress.update,
      warn: (text) => say(`segue: ${text}`),
    });
    progress.clear();
    if (output === undefined) report.target.path = null;
    if (options.report !== undefined) {
      writeFileSync(options.report, `${JSON.stringify(report, null, 2)}\n`);
    }
    if (options.json) printJson(report);
    else if (!options.quiet) for (const line of reportText(report)) say(line);
    if (output === undefined) await pour(join(scratch, "out"));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Sends a file to stdout, at the pace of its reader. */
async function pour(path: string): Promise<void> {
  const input = new Input(path);
  for (const chunk of input.chunks()) {
    const more = process.stdout.write(Buffer.from(chunk));
    if (!more) await once(process.stdout, "drain");
  }
  input.close();
}
