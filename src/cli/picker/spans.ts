/** Lines of a screen as pieces of text, each with its style. */
import { clip, widthOf } from "../cells.ts";
import { codeOf, type Style } from "../terminal.ts";
import type { Range } from "./match.ts";

export interface Span {
  text: string;
  styles: readonly (Style | "mark" | "chosen")[];
}

export function span(text: string, ...styles: Span["styles"]): Span {
  return { text, styles };
}

/** Matches are highlighted. */
export function marked(text: string, ranges: readonly Range[], ...styles: Span["styles"]): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const [from, to] of ranges) {
    spans.push(
      span(text.slice(at, from), ...styles),
      span(text.slice(from, to), ...styles, "mark"),
    );
    at = to;
  }
  return [...spans, span(text.slice(at), ...styles)].filter(({ text }) => text !== "");
}

/** A line of at most this many columns. `chosen`: in reverse video, to the edge. */
export function lineOf(
  spans: readonly Span[],
  columns: number,
  { colour, chosen = false }: { colour: boolean; chosen?: boolean },
): string {
  let room = columns;
  let line = "";
  const add = (text: string, styles: Span["styles"]): void => {
    const all = chosen ? (["chosen", ...styles] as const) : styles;
    const codes = all.map((style) => codeFor(style)).join(";");
    line += colour && codes !== "" ? `\x1b[${codes}m${text}\x1b[0m` : text;
    room -= widthOf(text);
  };
  for (const { text, styles } of spans) {
    if (text === "" || room < 1) continue;
    add(clip(text, room), styles);
  }
  if (chosen && room > 0) add(" ".repeat(room), []);
  return line;
}

function codeFor(style: Span["styles"][number]): string {
  if (style === "mark") return "1;4";
  return style === "chosen" ? "7" : codeOf(style);
}
