/** Words of a query that look like options: `-in:output`, `-draft`, '-draft zebra'. */
import type { Command } from "commander";
import { SegueError } from "../errors.ts";

/** Marks a word that is not an option. No argument of a program can contain it. */
const SHIELD = "\0";

/**
 * The command line with such words shielded from the parser. A single letter stays an option, known
 * or not: nobody excludes a letter, and an unknown option must not be taken for a word.
 */
export function shielded(args: readonly string[], command: Command): string[] {
  const end = args.indexOf("--");
  return args.map((arg, i) => {
    const mayBeOption = end < 0 || i < end;
    const isValue = takesValue(args[i - 1] ?? "", command);
    return mayBeOption && !isValue && isWord(arg) ? SHIELD + arg : arg;
  });
}

/** Options of `segue run` that no agent has: they may also follow the agent's name. */
const OWN = /^--(?:failover|return|hold|wait|idle)(?:=|$)/;

/**
 * The command line of `segue run` with "--" before the agent's arguments, which are passed on as if it were
 * started by hand.
 * @throws SegueError `usage` for options of ours among them, which no agent would understand
 */
export function withoutOwn(args: readonly string[], command: Command): string[] {
  for (let i = args.indexOf(command.name()) + 1; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (arg === "--") break;
    if (takesValue(arg, command)) i++;
    else if (!arg.startsWith("-")) {
      let end = i + 1;
      while (OWN.test(args[end] ?? "")) end += takesValue(args[end] ?? "", command) ? 2 : 1;
      const rest = args.slice(end);
      if (rest[0] === "--") return [...args];
      refuseLate(rest, args[i] ?? "");
      return [...args.slice(0, end), "--", ...rest];
    }
  }
  return [...args];
}

function refuseLate(rest: readonly string[], agent: string): void {
  const ends = rest.indexOf("--");
  const late = rest.slice(0, ends < 0 ? rest.length : ends).find((arg) => OWN.test(arg));
  if (late === undefined) return;
  const [name = ""] = late.split("=", 1);
  throw new SegueError("usage", `${name} must come before the agent's own arguments`, {
    hint: `for example: segue run --failover codex ${agent} …`,
  });
}

export function unshielded(words: readonly string[]): string[] {
  return words.map((word) => (word.startsWith(SHIELD) ? word.slice(SHIELD.length) : word));
}

function isWord(arg: string): boolean {
  return /^-[^-]./s.test(arg) && !/^-n\d+$/.test(arg);
}

function takesValue(arg: string, command: Command): boolean {
  const options = [...command.options, ...(command.parent?.options ?? [])];
  return options.some(({ short, long, required }) => required && (arg === short || arg === long));
}
