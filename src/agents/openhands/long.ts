/**
 * Results that are too long for one text: in a request the SDK cuts each text of a result in its middle,
 * however many there are. So a longer one goes as several, which are one again when they are read.
 */
import type { ResultPart } from "../../session/types.ts";

/** The most that is sent of a text in a result, in characters. */
const MOST = 50_000;

/** The same of a terminal's, with the folder and how it ended, which take a few hundred. */
const MOST_OF_TERMINAL = 30_000;
const AROUND_TERMINAL = 400;

/**
 * Would the SDK cut this text of a result? `there`: it may be the SDK's own, which cuts an output
 * before it is stored, and tells what is around it beside.
 */
export function isLong(text: string, tool: string, there: boolean): boolean {
  if (tool !== "terminal") return text.length > MOST;
  return text.length > MOST_OF_TERMINAL + (there ? AROUND_TERMINAL : -AROUND_TERMINAL);
}

/** Where the first piece of a text ends: pairs of surrogates stay together. */
function endOf(text: string, from: number): number {
  const end = from + MOST;
  if (end >= text.length) return text.length;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}

/** The texts as which a text is stored. */
export function pieces(text: string): string[] {
  const out: string[] = [];
  let from = 0;
  do {
    const end = endOf(text, from);
    out.push(text.slice(from, end));
    from = end;
  } while (from < text.length);
  return out;
}

/** Is a text a piece, and this what follows it? */
function isPiece(text: string, next: string): boolean {
  if (text.length < MOST - 1 || next === "") return false;
  return endOf(text + next.slice(0, 2), 0) === text.length;
}

/** The inverse of `pieces`, among other parts. */
export function joined(parts: readonly ResultPart[]): ResultPart[] {
  const out: ResultPart[] = [];
  let texts: string[] = [];
  const close = () => {
    if (texts.length > 0) out.push({ kind: "text", text: texts.join("") });
    texts = [];
  };
  for (const part of parts) {
    if (part.kind !== "text") {
      close();
      out.push(part);
      continue;
    }
    if (!isPiece(texts.at(-1) ?? "", part.text)) close();
    texts.push(part.text);
  }
  close();
  return out;
}
