/** `segue install-hooks`: adds a hook to an agent's settings, or removes it. */
import { Command } from "commander";
import { addedHook, type HookChange, removedHook } from "../core/hooks.ts";
import { agentNamed } from "../core/names.ts";
import { settings } from "../core/settings.ts";
import { SegueError } from "../errors.ts";
import { ask, paint, printPainted, say } from "./terminal.ts";

interface Options {
  remove?: boolean;
  yes?: boolean;
}

export function command(): Command {
  return new Command("install-hooks")
    .description("have an agent report refused requests to Segue at once")
    .argument("<agent>", "the agent or profile whose settings get the hook")
    .option("--remove", "remove the hook again")
    .option("--yes", "do not ask")
    .action(run);
}

async function run(name: string, { remove = false, yes = false }: Options): Promise<void> {
  const agent = agentNamed(name, settings().profiles);
  const change = remove ? removedHook(agent, process.env) : addedHook(agent, process.env);
  if (change === null) {
    say(remove ? `${agent.name} has no hook of Segue's` : `${agent.name} has the hook already`);
    return;
  }
  printPainted(diffOf(change));
  if (change.note !== null) say(`note: ${change.note}`);
  if (!yes && !(await agrees(remove ? "Remove this hook?" : "Add this hook?"))) {
    say("nothing was changed");
    return;
  }
  change.apply();
  say(
    remove ? "the hook is removed" : "the hook is added; sessions that are open may not use it yet",
  );
}

async function agrees(question: string): Promise<boolean> {
  const answer = await ask(`${question} [y/N] `);
  if (answer !== null) return /^y(es)?$/i.test(answer);
  throw new SegueError("usage", "without a terminal, Segue cannot ask whether to change the file", {
    hint: "check the change above, then run the command again with --yes",
  });
}

const CONTEXT = 2;

/** The lines that change, with a few around them. */
function diffOf({ path, before, after }: HookChange): string[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  const most = Math.min(old.length, now.length) - start;
  while (end < most && old.at(-1 - end) === now.at(-1 - end)) end++;
  const around = (lines: string[]): string[] => lines.map((line) => paint("dim", `  ${line}`));
  return [
    paint("bold", path),
    ...around(old.slice(Math.max(0, start - CONTEXT), start)),
    ...old.slice(start, old.length - end).map((line) => paint("red", `- ${line}`)),
    ...now.slice(start, now.length - end).map((line) => paint("green", `+ ${line}`)),
    ...around(old.slice(old.length - end, old.length - end + CONTEXT)),
  ];
}

function linesOf(text: string | null): string[] {
  return text === null || text === "" ? [] : text.replace(/\r?\n$/, "").split(/\r?\n/);
}
