/** Rules for the options of all commands. */
import type { Command, Option } from "commander";
import { expanded as expandedFor } from "../core/places.ts";
import { SegueError } from "../errors.ts";

/**
 * Options that may be given more than once: each `--store` names another agent's store, and the
 * last `--color` counts, so that an alias can set it and a command line can override it.
 */
const REPEATABLE = new Set(["--store", "--color"]);

/** Expands "~" in all options that name a file or a folder; rejects empty and repeated values. */
export function governOptions(command: Command): void {
  const given = new Map<string, string>();
  for (const option of command.options) {
    if (namesPath(option) && !option.parseArg) option.argParser(expanded);
    command.on(`option:${option.name()}`, (value: string | undefined) => {
      refuseEmpty(option, value);
      refuseSecond(option, given.get(option.attributeName()));
      given.set(option.attributeName(), flagOf(option));
    });
  }
}

function namesPath({ flags }: Option): boolean {
  return /<(?:dir|file)>/.test(flags);
}

/** Shells do not expand "~" in the middle of a word: `--cwd=~/shop`. */
export function expanded(path: string): string {
  return expandedFor(path, process.env);
}

function refuseEmpty(option: Option, value: string | undefined): void {
  if (!option.required || value?.trim() !== "") return;
  throw new SegueError("usage", `${flagOf(option)} needs a value, but the value is empty`, {
    hint: `omit ${flagOf(option)}, or specify a value`,
  });
}

/** It is unclear which of the two counts. */
function refuseSecond(option: Option, before: string | undefined): void {
  const flag = flagOf(option);
  if (before === undefined || REPEATABLE.has(flag)) return;
  if (before !== flag) {
    throw new SegueError("usage", `${before} and ${flag} cannot be used together`, {
      hint: "use one of them",
    });
  }
  if (!option.required) return;
  throw new SegueError("usage", `${flag} is specified twice`, {
    hint: `specify ${flag} once`,
  });
}

function flagOf({ long, short, flags }: Option): string {
  return long ?? short ?? flags;
}
