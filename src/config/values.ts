/** Parses the value of a key from a file or a variable. */

import { resolve } from "node:path";
import { parseArgsStringToArgv } from "string-argv";
import { nameOf } from "../agents/profile.ts";
import { agentNamed, findAgent, noAgent } from "../agents/registry.ts";
import type { Profile } from "../agents/types.ts";
import { PRESETS } from "../handoff/presets.ts";
import { expandHome } from "../io/host.ts";
import type { Kind, Value } from "./keys.ts";

export interface Around {
  /** The home folder, for "~". */
  home: string;
  /** The folder that relative paths refer to. */
  folder: string;
  /** The user's profiles, which `in` may name. */
  profiles?: readonly Profile[];
}

/**
 * The value; or an Error that describes what it must be instead.
 * @throws SegueError for an unknown agent.
 */
export function readValue(kind: Kind, given: unknown, around: Around): Value | Error {
  switch (kind) {
    case "agent":
      return isText(given) ? agentNamed(given).id : new Error("the name of an agent");
    case "account":
      if (!isText(given)) return new Error("the name of an agent or a profile");
      return account(given, around.profiles ?? []);
    case "variable":
      if (typeof given === "number" || typeof given === "boolean") return String(given);
      return isText(given) ? expandHome(given, around.home) : new Error("text");
    case "count": {
      const n = typeof given === "string" && /^\d+$/.test(given) ? Number(given) : given;
      return typeof n === "number" && Number.isSafeInteger(n) && n > 0
        ? n
        : new Error("a number greater than 0");
    }
    case "tokens":
      return readTokens(given) ?? new Error("a number of tokens, such as 8000 or 20k");
    case "preset":
      return PRESETS.find((preset) => preset === given) ?? new Error(`one of ${listed(PRESETS)}`);
    case "reasoning":
      return given === "text" || given === "omit" ? given : new Error("text or omit");
    case "links":
      return given === "inside" || given === "follow" ? given : new Error("inside or follow");
    case "redact": {
      const meant = given === true || given === "true" ? "always" : given;
      const value = meant === false || meant === "false" ? "never" : meant;
      return value === "auto" || value === "always" || value === "never"
        ? value
        : new Error("auto, always or never");
    }
    case "when":
      return given === "auto" || given === "always" || given === "never"
        ? given
        : new Error("auto, always or never");
    case "folder":
      return isText(given) ? expand(given, around) : new Error("the path of a folder");
    case "program":
      if (!isText(given)) return new Error("the name or the path of a program");
      return /[\\/]/.test(given) ? expand(given, around) : given;
    case "words":
      return words(given) ?? new Error('a list of strings, such as ["--model", "gpt-5.5"]');
  }
}

function account(name: string, profiles: readonly Profile[]): string {
  const agent = findAgent(name, profiles);
  if (!agent) throw noAgent(name, profiles);
  return nameOf(agent);
}

/** `8000`, `8k`, `1m`; undefined for anything else. */
export function readTokens(given: unknown): number | undefined {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)([km]?)$/i.exec(String(given).trim()) ?? [];
  if (digits === "") return undefined;
  const scale = { "": 1, k: 1_000, m: 1_000_000 }[unit.toLowerCase()] ?? 1;
  const tokens = Number(digits) * scale;
  return Number.isSafeInteger(tokens) && tokens > 0 ? tokens : undefined;
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** Without NUL, which no system accepts in a path or an argument. */
function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && !value.includes("\0");
}

function expand(path: string, { home, folder }: Around): string {
  return resolve(folder, expandHome(path, home));
}

/** A variable contains words as in a shell, quoted if they contain spaces, or a JSON list. */
function words(given: unknown): readonly string[] | undefined {
  const list = typeof given === "string" ? listIn(given) : given;
  if (!Array.isArray(list)) return undefined;
  const texts = list.filter((word: unknown) => isText(word));
  return texts.length === list.length ? texts : undefined;
}

function listIn(text: string): unknown {
  if (!text.trimStart().startsWith("[")) return parseArgsStringToArgv(text);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
