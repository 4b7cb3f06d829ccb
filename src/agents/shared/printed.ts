/** What a CLI printed. */

/** The last line that is not empty, if it is of this form; null if it is not. Colours do not count. */
export function lastLine(text: string, form: RegExp): string | null {
  const lines = text.split("\n").map((line) => plain(line).trim());
  const last = lines.findLast((line) => line !== "") ?? "";
  return form.test(last) ? last : null;
}

/** What comes last, from a line that begins so to this line, which is left out; null if nothing does. */
export function lastBetween(text: string, begin: RegExp, end: string): string | null {
  const lines = text
    .split("\n")
    .map((line) => plain(line).trim())
    .filter((line) => line !== "");
  const from = lines.findLastIndex((line) => begin.test(line));
  return from < 0 || lines.at(-1) !== end ? null : lines.slice(from, -1).join("\n");
}

function plain(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  return line.replace(/\x1b\[[\d;]*m/g, "");
}
