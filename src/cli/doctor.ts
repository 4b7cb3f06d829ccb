/** `segue doctor`: finds what cannot be read and why, and other problems. */
import { Command } from "commander";
import { diagnose, type Finding, type StoreShape, storeShapes } from "../core/doctor.ts";
import { settings } from "../core/settings.ts";
import { counted } from "../words.ts";
import { type PlaceOptions, placesOf, positive, withPlaces } from "./common.ts";
import { belowHome } from "./session-table.ts";
import { oneLine, ProgressLine, print, printJson } from "./terminal.ts";

interface Options extends PlaceOptions {
  agent?: string;
  all?: boolean;
  number: number;
  json?: boolean;
  shapes?: string;
}

export function command(): Command {
  return withPlaces(new Command("doctor"))
    .description("find what cannot be read, and why: files, records, agents, Segue's own data")
    .option("--agent <agent>", "only this agent's sessions")
    .option("--all", "read every session in full")
    .option("-n, --number <n>", "how many sessions of each agent to read", positive, 50)
    .option(
      "--shapes <agent>",
      "print what the store of an unsupported agent looks like, for a report",
    )
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nThe exit code is 1 if something needs attention.")
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { agent, all, number, shapes } = options;
  if (shapes !== undefined) {
    printShapes(storeShapes(shapes, placesOf(options)));
    return;
  }
  const line = new ProgressLine();
  const each = all ? Number.POSITIVE_INFINITY : number;
  const how = { agent, each, progress: line.update };
  const { read, sessions, findings, ok } = await diagnose(placesOf(options), settings(), how);
  line.clear();
  if (options.json) printJson({ schema: "segue/doctor@1", ok, read, sessions, findings });
  else {
    for (const finding of findings) printFinding(finding);
    const rest = read < sessions ? "; --all reads every one" : "";
    const sum = ok ? "nothing needs attention" : "check the items marked with !";
    print(`${sum} (read ${read} of ${counted(sessions, "session")}${rest})`);
  }
  if (!ok) process.exitCode = 1;
}

/** As Markdown, for an issue. */
function printShapes(stores: readonly StoreShape[]): void {
  print("Names of files, keys, types and columns of this store, and none of their values.");
  print("Read it before you publish it: a key that looks like a program's own may be yours.");
  for (const { name, path, files } of stores) {
    print(`\n## ${oneLine(name)}: ${oneLine(belowHome(path))}`);
    if (files.length === 0) print("\nno files");
    for (const { pattern, files: count, kind, places } of files) {
      print(`\n- \`${oneLine(pattern)}\`: ${kind}, ${counted(count, "file")}`);
      for (const place of places) print(`  - \`${oneLine(place)}\``);
    }
  }
}

function printFinding({ severity, agent, path, what, count, hint }: Finding): void {
  const mark = severity === "attention" ? "!" : "-";
  const times = count > 1 ? ` ×${count}` : "";
  print(`${mark} ${oneLine(`${agent === null ? "" : `${agent}: `}${what}`)}${times}`);
  if (path !== null) print(`    ${count > 1 ? "first: " : ""}${oneLine(path)}`);
  if (hint !== null) print(`    ${oneLine(hint)}`);
}
