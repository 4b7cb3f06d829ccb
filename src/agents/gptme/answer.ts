/** An answer is one text: reasoning in tags, what was said, and calls in lines of their own. */
import { isObject } from "../../session/json.ts";
import { leadingReasoning } from "../../session/text.ts";
import type { Json, Part, ReasoningPart, ToolCallPart } from "../../session/types.ts";
import { printSaid } from "../shared/said.ts";
import { escaped, escapedJson, unescaped } from "./escape.ts";
import { fromNative } from "./tools.ts";

/** As gptme finds calls: a name, an id, and the beginning of an object. */
const CALL = /(?<![^\n])@([^\r\n]+?)\(([\p{L}\p{N}_\-:.]+)\):\s*(?=\{)/gu;
const THOUGHT = /^<(think|thinking)>\n?([\s\S]*?)<\/\1>(?:\n{1,2})?/;
const SIGNATURE = /\n<!-- think-sig: ([\s\S]*?) -->/;

export function readAnswer(content: string): Part[] {
  const { thoughts, rest } = thoughtsIn(content);
  const parts: Part[] = [...thoughts];
  let from = 0;
  for (const call of callsIn(rest)) {
    parts.push(...said(rest.slice(from, call.from).replace(/\n$/, "")));
    parts.push(call.part);
    from = call.to;
  }
  const last = from === 0 ? rest : rest.slice(from).replace(/^\n/, "");
  return [...parts, ...said(last)];
}

/** What was quoted as reasoning is that again. */
function said(text: string): Part[] {
  return text === "" ? [] : leadingReasoning(unescaped(text));
}

function thoughtsIn(content: string): { thoughts: ReasoningPart[]; rest: string } {
  const thoughts: ReasoningPart[] = [];
  let rest = content;
  for (let found = THOUGHT.exec(rest); found !== null; found = THOUGHT.exec(rest)) {
    const [whole, , inner = ""] = found;
    const [, signature] = SIGNATURE.exec(inner) ?? [];
    const text = inner.replace(SIGNATURE, "").replace(/\n$/, "");
    thoughts.push({
      kind: "reasoning",
      text,
      ...(signature === undefined ? {} : { seal: { signature: signature.trim() } }),
    });
    rest = rest.slice(whole.length);
  }
  return { thoughts, rest };
}

interface Found {
  part: ToolCallPart;
  from: number;
  to: number;
}

function callsIn(text: string): Found[] {
  const found: Found[] = [];
  const blocks = blocksIn(text);
  let next = 0;
  CALL.lastIndex = 0;
  for (let match = CALL.exec(text); match !== null; match = CALL.exec(text)) {
    const at = match.index;
    while ((blocks[next]?.to ?? Number.POSITIVE_INFINITY) <= at) next++;
    const block = blocks[next];
    if (block !== undefined && block.from <= at) {
      CALL.lastIndex = block.to;
      continue;
    }
    const start = at + match[0].length;
    const end = endOfJson(text, start);
    if (end === null) break;
    const [, name = "", callId = ""] = match;
    const input = argumentsIn(text.slice(start, end));
    const part: ToolCallPart = {
      kind: "tool-call",
      callId,
      name,
      input,
      use: fromNative(name, input),
    };
    found.push({ part, from: at, to: end });
    CALL.lastIndex = end;
  }
  return found;
}

function argumentsIn(json: string): Json {
  try {
    return JSON.parse(json);
  } catch {
    // gptme repairs it.
    return json;
  }
}

/** Where the object that begins at `start` ends. */
export function endOfJson(text: string, start: number): number | null {
  let depth = 0;
  let isString = false;
  for (let at = start; at < text.length; at++) {
    const c = text[at];
    if (c === "\\") at++;
    else if (c === '"') isString = !isString;
    else if (isString) continue;
    else if (c === "{") depth++;
    else if (c === "}" && --depth === 0) return at + 1;
  }
  return null;
}

interface Block {
  from: number;
  to: number;
}

/** Code blocks: what looks like a call in them is none. */
function blocksIn(text: string): Block[] {
  const fences = [...text.matchAll(/(?<![^\n])(`{3,})([^\n]*)/g)].map(
    ({ 0: line, 1: ticks = "", 2: rest = "", index }) => ({
      from: index,
      to: index + line.length,
      length: ticks.length,
      isBare: rest.trim() === "",
    }),
  );
  // From the end: for each fence, the next that closes one of its length.
  const bare = new Map<number, number>();
  const closes = fences.map(() => -1);
  for (let n = fences.length - 1; n >= 0; n--) {
    const { length = 0, isBare = false } = fences[n] ?? {};
    closes[n] = bare.get(length) ?? -1;
    if (isBare) bare.set(length, n);
  }
  const blocks: Block[] = [];
  for (let n = 0; n < fences.length; n++) {
    const close = closes[n] ?? -1;
    const [open, end] = [fences[n], fences[close]];
    if (open === undefined || end === undefined) continue;
    blocks.push({ from: open.from, to: end.to });
    n = close;
  }
  return blocks;
}

/**
 * The inverse of `readAnswer`. `isNew`: it is not what gptme wrote, so that no text may look like
 * more than text.
 */
export function printAnswer(parts: readonly Part[], isNew: boolean): string {
  let out = "";
  let before: Part["kind"] | null = null;
  for (const part of isNew ? callsLast(parts) : parts) {
    if (part.kind === "tool-result") continue;
    if (part.kind === "reasoning") out += printThought(part);
    else if (part.kind === "tool-call") out += `\n${printCall(part)}`;
    else {
      const text = printSaid([part]);
      out += `${gapAfter(before)}${isNew ? escaped(text) : text}`;
    }
    before = part.kind;
  }
  return out;
}

/** gptme sends no text that follows the last call. */
function callsLast(parts: readonly Part[]): Part[] {
  const calls = parts.filter(({ kind }) => kind === "tool-call");
  return [...parts.filter(({ kind }) => kind !== "tool-call"), ...calls];
}

function gapAfter(before: Part["kind"] | null): string {
  if (before === null || before === "reasoning") return "";
  return before === "tool-call" ? "\n" : "\n\n";
}

function printThought({ text, seal }: ReasoningPart): string {
  const signature = isObject(seal) && typeof seal.signature === "string" ? seal.signature : null;
  const sealed = signature === null ? "" : `\n<!-- think-sig: ${signature} -->`;
  return `<think>\n${text}${sealed}\n</think>\n\n`;
}

function printCall({ name, callId, input }: ToolCallPart): string {
  const json = typeof input === "string" ? input : escapedJson(JSON.stringify(input));
  return `@${name}(${callId}): ${json}`;
}
