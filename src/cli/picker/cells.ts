/** Text by the columns that it takes on a screen. */
import measure from "fast-string-truncated-width";
import { oneLine } from "../terminal.ts";

/** What is looked at of a text, however long it is. */
const LONGEST = 4000;

export function widthOf(text: string): number {
  return measure(text).width;
}

/** One line of a text that comes from elsewhere, without anything that a terminal obeys. */
export function clean(text: string): string {
  return oneLine(text.slice(0, LONGEST));
}

/** At most so wide. */
export function clip(line: string, width: number): string {
  if (!measure(line, { limit: Math.max(0, width) }).truncated) return line;
  return width < 1 ? "" : `${line.slice(0, measure(line, { limit: width - 1 }).index)}…`;
}

/** Exactly so wide. */
export function fill(line: string, width: number): string {
  const clipped = clip(line, width);
  return clipped + " ".repeat(Math.max(0, width - widthOf(clipped)));
}

/** Lines of at most this width, broken between words where there are any; at most `most` of them. */
export function wrap(text: string, width: number, most: number): string[] {
  const lines: string[] = [];
  let rest = clean(text);
  while (rest !== "" && width > 0) {
    if (lines.length === most - 1) return [...lines, clip(rest, width)];
    const { index, truncated } = measure(rest, { limit: width });
    if (!truncated) return [...lines, rest];
    const space = rest.lastIndexOf(" ", index);
    const end = space > index / 2 ? space : Math.max(index, 1);
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return lines;
}
