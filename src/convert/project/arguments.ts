/** Which of a call's arguments are missing in the call that replaces it in the target. */
import type { Json, ToolUse } from "../../session/types.ts";

/** Longer texts are a tool's content, and are always passed on. */
const LONGEST = 2000;

/**
 * How many of the arguments in `input`, at any depth, have a value that `native` does not contain.
 * `use`: what both mean.
 */
export function leftOut(input: Json, native: Json, use: ToolUse | null = null): number {
  const said = new Set<Json>();
  const texts: string[] = [];
  collect(native, said, texts);
  for (const value of inOtherNumbers(use, texts)) said.add(value);
  return count(input, (value) => said.has(value) || isWithin(value, texts));
}

/** Lines are counted from the first one, or named by the last one. */
function inOtherNumbers(use: ToolUse | null, texts: readonly string[]): number[] {
  if (use?.tool !== "read" || use.limit === undefined) return [];
  const { offset = 1, limit } = use;
  const last = String(offset + limit - 1);
  return texts.some((text) => text.includes(last)) ? [offset, limit] : [];
}

function collect(value: Json, said: Set<Json>, texts: string[]): void {
  if (typeof value !== "object" || value === null) {
    said.add(value);
    if (typeof value === "string") texts.push(value);
    else texts.push(String(value));
    return;
  }
  for (const item of Object.values(value)) collect(item, said, texts);
}

/** A path may be made absolute, a command wrapped, lines put into a patch. */
function isWithin(value: Json, texts: readonly string[]): boolean {
  const text = String(value);
  if (text.length > LONGEST) return true;
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.every((line) => texts.some((other) => other.includes(line)));
}

/** Values that mean nothing: absent, off, or empty. */
function isNothing(value: Json): boolean {
  return value === null || value === false || value === "";
}

function count(value: Json, isSaid: (value: Json) => boolean): number {
  if (isNothing(value)) return 0;
  if (typeof value !== "object" || value === null) return isSaid(value) ? 0 : 1;
  return Object.values(value).reduce<number>((sum, item) => sum + count(item, isSaid), 0);
}
