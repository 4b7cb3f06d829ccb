/** What the lines and blocks of a transcript say. */
import { member, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
import type { Json, Part, ToolResultPart } from "../../session/types.ts";
import { readAnswerBlock, readUserBlock, typeOf } from "./content.ts";
import { typedParts } from "./frames.ts";
import { fromNative } from "./tools.ts";
import { argumentsIn, piecesOf } from "./transcript.ts";

/** The parts of a line; `at` is its number. */
export function lineParts(role: string, blocks: readonly Json[], at: number): Part[] {
  if (role === "user") return blocks.flatMap(readUserBlock);
  return blocks.flatMap((block, n) => {
    if (typeOf(block) === "tool_use") return [toolUse(block, `call_${at}_${n}`)];
    return readAnswerBlock(block);
  });
}

function toolUse(block: Json, made: string): Part {
  const name = saidIn(member(block, "name"));
  const input = member(block, "input") ?? {};
  const callId = string(member(block, "id")) || made;
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** The parts of a block, and the results that it tells. */
export function textParts(
  role: string,
  block: string,
  at: number,
): { parts: Part[]; results: ToolResultPart[] } {
  if (role !== "assistant") {
    const text = block.replace(/^user:[ \t]*\r?\n/, "").trim();
    const said = typedParts(text).map((part) => ({ ...part, text: part.text.trim() }));
    return { parts: said.filter((part) => part.text !== ""), results: [] };
  }
  const parts: Part[] = [];
  const results: ToolResultPart[] = [];
  const open: string[] = [];
  for (const [n, { kind, name, text }] of piecesOf(block).entries()) {
    if (kind === "text") parts.push({ kind: "text", text });
    else if (kind === "thinking") parts.push({ kind: "reasoning", text });
    else if (kind === "call") {
      const input = argumentsIn(text);
      const callId = `call_${at}_${n}`;
      open.push(callId);
      parts.push({ kind: "tool-call", callId, name, input, use: fromNative(name, input) });
    } else {
      const callId = open.shift();
      // Results name the tool; the oldest call without one is meant.
      if (callId === undefined) parts.push({ kind: "text", text });
      else results.push({ kind: "tool-result", callId, isError: false, content: contentOf(text) });
    }
  }
  return { parts, results };
}

function contentOf(text: string): ToolResultPart["content"] {
  return text === "" ? [] : [{ kind: "text", text }];
}
