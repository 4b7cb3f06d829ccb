/** What Codex cuts out of a long result in its requests, in its middle. */
import { array, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { longResults } from "../shared/cuts.ts";
import { lineOf } from "./records.ts";

/**
 * In bytes of all its texts: 10,000 tokens of four bytes, and a fifth more. All models of 0.169.0 have
 * this limit.
 */
const MOST = 48_000;

export const cuts = longResults(sizes, MOST);

function sizes(record: Json): number[] {
  const { type, payload } = lineOf(record);
  if (type !== "response_item" || !OUTPUTS.has(string(member(payload, "type")) ?? "")) return [];
  const output = member(payload, "output");
  const texts = typeof output === "string" ? [output] : array(output).map(textOf);
  return [texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)];
}

const OUTPUTS = new Set(["function_call_output", "custom_tool_call_output"]);

function textOf(item: Json): string {
  return string(member(item, "text")) ?? "";
}
