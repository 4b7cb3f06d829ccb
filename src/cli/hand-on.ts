/** `segue resume --handoff`: a new session of another agent that begins with a document. */
import { envOf } from "../core/accounts.ts";
import type { Selected } from "../core/find.ts";
import { deliver, type Made } from "../core/handoff.ts";
import type { Agent } from "../core/names.ts";
import type { Places } from "../core/places.ts";
import { withScratch } from "../core/read.ts";
import { settings } from "../core/settings.ts";
import { launch, requireInstalled } from "../core/start.ts";
import { SegueError } from "../errors.ts";
import { jsonOf, redaction, taskOf, written } from "./handoff.ts";
import {
  commandLine,
  elsewhere,
  folderHere,
  forwarded,
  launches,
  type ResumeOptions,
} from "./starting.ts";
import { print, printJson, say } from "./terminal.ts";

interface HandOn {
  selected: Selected;
  target: Agent;
  places: Places;
  args: readonly string[];
}

/** Starts a new session of the target with a document about the selected one. */
export async function handOn(
  { selected, target, places, args }: HandOn,
  options: ResumeOptions,
): Promise<void> {
  const { env } = places;
  refuseNativeOptions(options);
  const task = taskOf(options.then ?? options.prompt, options.go);
  const starts = launches(options) && !options.debugPrompt;
  if (starts) requireInstalled(target, env);
  const redact = redaction(options, false) ?? false;
  const made = await withScratch((scratch) =>
    written({ selected, receiver: target, task: null, redact, places, scratch }, options),
  );
  if (options.debugPrompt) {
    if (options.json) printJson(jsonOf(made, null, null));
    else process.stdout.write(made.markdown);
    return;
  }
  const place = {
    wanted: options.cwd ?? made.header.cwd,
    session: selected.name ?? selected.path,
  };
  // The document is written to the folder, so it must exist.
  const here = { ...options, launch: true };
  const folder = folderHere(place, here) ?? (await elsewhere(place, here));
  const always = settings().words(`agents.${target.id}.args`);
  const { command, file, note, toSay } = deliver(
    {
      target,
      session: { agent: selected.agent, id: made.header.id },
      markdown: made.markdown,
      args: [...always, ...forwarded(args, selected.agent, target, options)],
      dryRun: options.dryRun ?? false,
      ...task,
    },
    folder,
    env,
  );
  tell(made, file, { command, line: commandLine(target, command) }, options);
  if (note !== null) say(note);
  if (toSay !== null)
    say(`${target.name} does not accept a first prompt; paste this one:\n${toSay}`);
  if (starts) await launch(command, folder, envOf(target, process.env));
}

function refuseNativeOptions({
  fork,
  fullHistory,
  fit,
  reasoning,
  subagents,
}: ResumeOptions): void {
  const given = {
    "--fork": fork,
    "--full-history": fullHistory,
    "--fit": fit,
    "--subagents": subagents,
    "--reasoning": reasoning,
  };
  const [name] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return;
  throw new SegueError("usage", `${name} does not apply to a handoff, which has a --budget`, {
    hint: `omit --handoff or ${name}`,
  });
}

function tell(
  made: Made,
  file: string,
  { command, line }: { command: string[]; line: string },
  options: ResumeOptions,
): void {
  if (options.json) {
    printJson(jsonOf(made, file, command));
    return;
  }
  const { tokens, budget } = made;
  const left = made.sections.filter(({ omitted }) => omitted > 0);
  say(`a handoff of ${tokens} tokens${budget === null ? "" : ` (budget ${budget})`}: ${file}`);
  for (const { name, omitted } of left) say(`  omitted: ${omitted} of ${name}`);
  if (options.dryRun) say("dry run: nothing was written");
  if (options.dryRun || !options.launch) print(line);
}

/** Options that only a document has. */
export function refuseDocumentOptions({ preset, budget, then, go, redact }: ResumeOptions): void {
  const given = Object.entries({ preset, budget, then, go, redact });
  const [name] = given.find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return;
  const option = name === "redact" && redact === false ? "--no-redact" : `--${name}`;
  throw new SegueError(
    "usage",
    `${option} applies to a handoff, but the session itself is handed over`,
    {
      hint: "add --handoff; to send a first prompt to the session itself, use --prompt",
    },
  );
}
