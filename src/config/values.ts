/** Reads what a file or a variable gives as a key's value. */
import { resolve } from "node:path";
import { agentNamed } from "../agents/registry.ts";
import type { Kind, Value } from "./keys.ts";

export interface Around {
  /** The user's own folder, for "~". */
  home: string;
  /** What a path without a root is relative to. */
  folder: string;
}

/**
 * The value; or, as an Error, what it has to be instead.
 * @throws SegueError for an agent that there is not.
 */
export function readValue(kind: Kind, given: unknown, around: Around): Value | Error {
  switch (kind) {
    case "agent":
      return isText(given) ? agentNamed(given).id : new Error("the name of an agent");
    case "count": {
      const n = typeof given === "string" && /^\d+$/.test(given) ? Number(given) : given;
      return typeof n === "number" && Number.isSafeInteger(n) && n > 0
        ? n
        : new Error("a number above 0");
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
      return words(given) ?? new Error('a list of texts, such as ["--model", "gpt-5.5"]');
  }
}

/** Without NUL, which no system takes in a path or an argument. */
function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && !value.includes("\0");
}

function expand(path: string, { home, folder }: Around): string {
  return /^~(?:[\\/]|$)/.test(path) ? resolve(home + path.slice(1)) : resolve(folder, path);
}

/** A variable holds words with blanks between them, or a JSON list. */
function words(given: unknown): readonly string[] | undefined {
  const list = typeof given === "string" ? listIn(given) : given;
  if (!Array.isArray(list)) return undefined;
  const texts = list.filter((word: unknown) => isText(word));
  return texts.length === list.length ? texts : undefined;
}

function listIn(text: string): unknown {
  if (!text.trimStart().startsWith("[")) return text.split(/\s+/).filter((word) => word !== "");
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
