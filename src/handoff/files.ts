/** What happened to each file, according to the calls that read and changed it. */
import { structuredPatch } from "diff";
import { type Change, hunksToEdits, parsePatch } from "../agents/shared/patch.ts";
import type { TextEdit, ToolUse } from "../session/types.ts";
import type { FileFact } from "./facts.ts";

/** Beyond this many changed lines, a comparison takes long and is of little use. */
const MAX_EDITS = 4000;

interface Tracked {
  path: string;
  first: number;
  last: number;
  isCreated: boolean;
  isChanged: boolean;
  isDeleted: boolean;
  /**
   * Its text at the beginning of the session ("" for a new file), as far as the session shows it.
   */
  base: string | null;
  now: string | null;
  /** Each change by itself, for files whose text is unknown. */
  hunks: Hunk[];
}

type Hunk = { old: string; new: string } | { lines: readonly string[] };

export class FileLog {
  readonly #files = new Map<string, Tracked>();
  readonly #named: (path: string) => string;

  /** `named`: a path in the form to display; two spellings of the same file are one. */
  constructor(named: (path: string) => string) {
    this.#named = named;
  }

  /** Takes a successful call. `answer` is the text of its result. */
  add(use: ToolUse, answer: string, n: number): void {
    switch (use.tool) {
      case "read":
        this.#read(use.path, use.offset === undefined && use.limit === undefined, answer, n);
        break;
      case "write":
        this.#written(use.path, use.content, answer, n);
        break;
      case "edit":
        this.#edited(this.#at(use.path, n), use.edits);
        break;
      case "notebook-edit":
        this.#lost(this.#at(use.path, n));
        break;
      case "patch":
        for (const change of parsePatch(use.patch) ?? []) this.#patched(change, n);
        break;
      case "execute":
        for (const path of removedBy(use.command)) this.#delete(path, n);
        break;
      default:
    }
  }

  facts(): FileFact[] {
    return [...this.#files.values()].map(factOf);
  }

  #at(path: string, n: number): Tracked {
    const key = this.#named(path);
    const known = this.#files.get(key);
    if (known) {
      known.last = n;
      return known;
    }
    const file: Tracked = {
      path: key,
      first: n,
      last: n,
      isCreated: false,
      isChanged: false,
      isDeleted: false,
      base: null,
      now: null,
      hunks: [],
    };
    this.#files.set(key, file);
    return file;
  }

  #read(path: string, isWhole: boolean, answer: string, n: number): void {
    const file = this.#at(path, n);
    if (!isWhole || file.isChanged || file.isDeleted || file.base !== null) return;
    file.base = withoutNumbers(answer);
    file.now = file.base;
  }

  #written(path: string, content: string, answer: string, n: number): void {
    const file = this.#at(path, n);
    const isNew = /\b(?:created|new file)\b/i.test(answer) && !/overwr/i.test(answer);
    if (!file.isChanged && file.base === null && isNew) {
      file.isCreated = true;
      file.base = "";
    }
    if (file.isDeleted) file.isDeleted = false;
    file.isChanged = true;
    file.now = content;
    file.hunks = [{ old: "", new: content }];
  }

  #edited(file: Tracked, edits: readonly TextEdit[]): void {
    file.isChanged = true;
    for (const edit of edits) {
      file.now = file.now === null ? null : replaced(file.now, edit);
      merge(file.hunks, edit);
    }
  }

  /** Changed in a way that its known text does not show. */
  #lost(file: Tracked): void {
    file.isChanged = true;
    file.now = null;
  }

  #patched(change: Change, n: number): void {
    if (change.type === "delete") {
      this.#delete(change.path, n);
      return;
    }
    if (change.type === "add") {
      this.#written(change.path, change.content, "created", n);
      return;
    }
    const file = this.#at(change.path, n);
    const edits = hunksToEdits(change.hunks);
    if (edits) this.#edited(file, edits);
    else {
      this.#lost(file);
      for (const { lines } of change.hunks) file.hunks.push({ lines });
    }
    if (change.moveTo !== null) this.#move(file, change.moveTo, n);
  }

  #move(file: Tracked, to: string, n: number): void {
    const target = this.#at(to, n);
    Object.assign(target, { ...file, path: target.path, isCreated: true, last: n });
    this.#delete(file.path, n);
  }

  #delete(path: string, n: number): void {
    const file = this.#at(path, n);
    file.isDeleted = true;
    file.isChanged = true;
    file.now = null;
  }
}

/** null if the text to replace is missing: then it is not the text that was edited. */
function replaced(text: string, edit: TextEdit): string | null {
  if (edit.old === "" || !text.includes(edit.old)) return null;
  const [old, now] = [edit.old, edit.new];
  // As a function: "$&" in it is text.
  return edit.all ? text.replaceAll(old, () => now) : text.replace(old, () => now);
}

/** An edit of what an earlier edit inserted is merged with it. */
function merge(hunks: Hunk[], edit: TextEdit): void {
  for (const hunk of hunks) {
    if ("lines" in hunk || edit.old === "" || !hunk.new.includes(edit.old)) continue;
    hunk.new = replaced(hunk.new, edit) ?? hunk.new;
    return;
  }
  hunks.push({ old: edit.old, new: edit.new });
}

function factOf(file: Tracked): FileFact {
  const { path, first, last, isChanged, isDeleted, isCreated } = file;
  const state = isDeleted ? "deleted" : isCreated ? "created" : isChanged ? "changed" : "read";
  const whole = isDeleted ? null : wholeDiff(file);
  const lines = whole ?? (isDeleted ? [] : file.hunks.flatMap(hunkLines));
  const count = (sign: string): number => lines.filter((line) => line.startsWith(sign)).length;
  const isKnown = whole !== null || lines.length > 0;
  return {
    path,
    first,
    last,
    state,
    diff: isKnown && isChanged ? lines.join("\n") : null,
    isWhole: whole !== null,
    added: count("+"),
    removed: count("-"),
  };
}

/** null if the text before or after is unknown. */
function wholeDiff({ base, now }: Tracked): string[] | null {
  if (base === null || now === null) return null;
  return linesBetween(base, now);
}

function linesBetween(old: string, now: string): string[] | null {
  const options = { context: 2, maxEditLength: MAX_EDITS };
  const patch = structuredPatch("", "", ended(old), ended(now), "", "", options);
  if (!patch) return null;
  return patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${from(oldStart, oldLines)} +${from(newStart, newLines)} @@`,
    ...lines.filter((line) => !line.startsWith("\\")),
  ]);
}

/** As in git: for no lines, the line before. */
function from(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

/**
 * The output of reading tools does not show whether the last line of a file ends with a newline.
 */
function ended(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

function hunkLines(hunk: Hunk): string[] {
  if ("lines" in hunk) return ["@@", ...hunk.lines];
  const lines = linesBetween(hunk.old, hunk.new) ?? [];
  // Its position in the file is unknown.
  return lines.map((line) => (line.startsWith("@@ ") ? "@@" : line));
}

/** The text of a file, from the output of a reading tool: most put a number before each line. */
function withoutNumbers(text: string): string {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const numbered = lines.map((line) => /^\s*\d+(?:→|\t|\| ?|: )(.*)$/s.exec(line)?.[1]);
  const isNumbered = lines.length > 0 && numbered.every((line) => line !== undefined);
  return `${(isNumbered ? numbered : lines).join("\n")}\n`;
}

/** Files that a plain `rm` names; patterns that a shell would expand are not guessed. */
function removedBy(command: string): string[] {
  const paths: string[] = [];
  for (const part of command.split(/&&|;|\n/)) {
    const words = part.trim().split(/\s+/);
    if (words[0] === "git") words.shift();
    if (words.shift() !== "rm") continue;
    for (const word of words)
      if (/^[\w./@+-]+$/.test(word) && !word.startsWith("-")) paths.push(word);
  }
  return paths;
}
