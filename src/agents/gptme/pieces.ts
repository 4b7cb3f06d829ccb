/** What is in an answer's text, for the accounting, which does not rely on how the reader takes it apart. */
import { parseValue } from "../../lossless/json-text.ts";
import type { Json } from "../../session/types.ts";
import { endOfJson } from "./answer.ts";
import { unescaped } from "./escape.ts";

/** What is no content: tags around reasoning, and what tells its signature. */
const MARKS = /<\/?think(?:ing)?>|<!-- think-sig: | -->/g;
const CALL = /(?<![^\n])@[^\r\n]+?\([\p{L}\p{N}_\-:.]+\):\s*(?=\{)/gu;

/** Its texts, and its calls' arguments; null for a text that is one piece. */
export function pieces(answer: string): Json[] | null {
  const found: Json[] = [];
  let from = 0;
  for (const call of answer.matchAll(CALL)) {
    const start = call.index + call[0].length;
    // A line of what another call writes.
    if (start <= from) continue;
    const end = endOfJson(answer, start) ?? answer.length;
    const json = answer.slice(start, end);
    found.push(plain(answer.slice(from, call.index)), parseValue(json) ?? json);
    from = end;
  }
  const last = answer.slice(from);
  return from === 0 && unescaped(last).replace(MARKS, "\n") === answer
    ? null
    : [...found, plain(last)];
}

/** Without the line breaks before and after a call. */
function plain(text: string): string {
  return unescaped(text.replace(/^\n|\n$/g, "")).replace(MARKS, "\n");
}
