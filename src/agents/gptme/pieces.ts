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
  const text = answer.replace(MARKS, "\n");
  const found: Json[] = [];
  let from = 0;
  for (let call = CALL.exec(text); call !== null; call = CALL.exec(text)) {
    const start = call.index + call[0].length;
    const end = endOfJson(text, start) ?? text.length;
    found.push(unescaped(text.slice(from, call.index)));
    const json = text.slice(start, end);
    found.push(parseValue(json) ?? json);
    from = end;
    CALL.lastIndex = end;
  }
  const last = unescaped(text.slice(from));
  return from === 0 && last === answer ? null : [...found, last];
}
