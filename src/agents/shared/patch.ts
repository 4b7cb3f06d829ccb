/** The text of the apply_patch tool: parsing it, and expressing an edit in it. */
import type { TextEdit } from "../../session/types.ts";

export interface Hunk {
  /** The text after "@@", which narrows down where the hunk applies; "" for none. */
  anchor: string;
  /** Each line with its first character: " ", "-" or "+". */
  lines: string[];
}

export type Change =
  | { type: "add"; path: string; content: string }
  | { type: "delete"; path: string }
  | { type: "update"; path: string; moveTo: string | null; hunks: Hunk[] };

const BEGIN = "*** Begin Patch";
const END = "*** End Patch";

/** undefined if the text is not a patch in the documented form of the tool. */
export function parsePatch(text: string): Change[] | undefined {
  const lines = text.trim().split("\n");
  if (lines.shift()?.trim() !== BEGIN || lines.pop()?.trim() !== END) return undefined;
  const changes: Change[] = [];
  for (const line of lines) {
    const header = /^\*\*\* (Add|Delete|Update) File: (.+)$/.exec(line);
    if (header) changes.push(open(header[1], header[2] ?? ""));
    else if (!extend(changes.at(-1), line)) return undefined;
  }
  return changes.length > 0 ? changes : undefined;
}

function open(verb: string | undefined, path: string): Change {
  if (verb === "Add") return { type: "add", path, content: "" };
  if (verb === "Delete") return { type: "delete", path };
  return { type: "update", path, moveTo: null, hunks: [] };
}

/** Adds a line to its change; false if it cannot belong there. */
function extend(change: Change | undefined, line: string): boolean {
  if (change?.type === "add") {
    if (!line.startsWith("+")) return false;
    change.content += `${line.slice(1)}\n`;
    return true;
  }
  return change?.type === "update" && extendUpdate(change, line);
}

function extendUpdate(change: Extract<Change, { type: "update" }>, line: string): boolean {
  const move = /^\*\*\* Move to: (.+)$/.exec(line)?.[1];
  if (move !== undefined) {
    change.moveTo = move;
    return true;
  }
  if (line === "*** End of File") return true;
  if (line.startsWith("@@")) {
    change.hunks.push({ anchor: line.slice(2).trim(), lines: [] });
    return true;
  }
  // The first hunk may lack its "@@"; an empty line is an empty context line.
  if (line !== "" && !/^[ +-]/.test(line)) return false;
  if (change.hunks.length === 0) change.hunks.push({ anchor: "", lines: [] });
  change.hunks.at(-1)?.lines.push(line === "" ? " " : line);
  return true;
}

/**
 * The hunks as text replacements; undefined if that is not possible: an anchor selects one of
 * several places, and a pure insertion has no text to search for.
 */
export function hunksToEdits(hunks: readonly Hunk[]): TextEdit[] | undefined {
  const edits: TextEdit[] = [];
  for (const { anchor, lines } of hunks) {
    const old = side(lines, "+");
    if (anchor !== "" || old === "") return undefined;
    edits.push({ old, new: side(lines, "-") });
  }
  return edits.length > 0 ? edits : undefined;
}

/** One side of a hunk: all lines except those that begin with `without`. */
function side(lines: readonly string[], without: "+" | "-"): string {
  return lines
    .filter((line) => !line.startsWith(without))
    .map((line) => `${line.slice(1)}\n`)
    .join("");
}

export function addPatch(path: string, content: string): string {
  const lines = splitLines(content).map((line) => `+${line}`);
  return [BEGIN, `*** Add File: ${path}`, ...lines, END, ""].join("\n");
}

export function editPatch(path: string, edits: readonly TextEdit[]): string {
  const hunks = edits.flatMap((edit) => ["@@", ...editLines(edit)]);
  return [BEGIN, `*** Update File: ${path}`, ...hunks, END, ""].join("\n");
}

/** Is a patch of whole lines equivalent to the edit? */
export function isWholeLines(edit: TextEdit): boolean {
  if (edit.all === true || edit.old === "") return false;
  return edit.old.endsWith("\n") && (edit.new === "" || edit.new.endsWith("\n"));
}

/** Lines that both sides begin and end with become context. */
function editLines(edit: TextEdit): string[] {
  const old = splitLines(edit.old);
  const now = splitLines(edit.new);
  const limit = Math.min(old.length, now.length);
  let head = 0;
  while (head < limit && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < limit - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  return [
    ...old.slice(0, head).map((line) => ` ${line}`),
    ...old.slice(head, old.length - tail).map((line) => `-${line}`),
    ...now.slice(head, now.length - tail).map((line) => `+${line}`),
    ...old.slice(old.length - tail).map((line) => ` ${line}`),
  ];
}

function splitLines(text: string): string[] {
  if (text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}

/** Hunks in unified form. Codex's screen needs line numbers, which the patch does not contain. */
export function unifiedDiff(hunks: readonly Hunk[]): string {
  return hunks
    .map(({ lines }) => {
      const count = (without: string) => lines.filter((line) => !line.startsWith(without)).length;
      return `@@ -1,${count("+")} +1,${count("-")} @@\n${lines.join("\n")}\n`;
    })
    .join("");
}
