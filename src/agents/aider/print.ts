/** A block as Aider writes it. */
import { BREAK, carryLine, escaped, idLine, noteOf, OUTPUT, titleLine, USER } from "./marks.ts";
import type { Block } from "./records.ts";

export const STARTED = "# aider chat started at ";

export function print(block: Block): string {
  const { kind, text } = block;
  switch (kind) {
    case "started":
      return `\n${STARTED}${text}\n\n`;
    case "user":
      return `\n${text
        .split("\n")
        .map((line) => `${USER}${line}${BREAK}\n`)
        .join("")}`;
    case "assistant":
      return printAnswer(text, block.plain === true);
    case "output":
      return text.split("\n").map(output).join("");
    case "long":
      return output(text);
    case "blank":
      return text;
    case "id":
      return output(idLine(text));
    case "title":
      return output(titleLine(text));
    case "carry":
      return output(carryLine(block.part ?? 0, block.parts ?? 0, text));
  }
}

function output(line: string): string {
  // The CLI takes white space off the end first, that of the mark included.
  if (line === "") return `>${BREAK}\n`;
  return `${OUTPUT}${line}${BREAK}\n`;
}

function printAnswer(text: string, isPlain: boolean): string {
  if (isPlain) return `\n${text}\n\n`;
  const sent = escaped(text);
  const note = sent.lines.length === 0 ? "" : output(noteOf(sent.lines));
  return `${note}\n${sent.text}\n\n`;
}
