/** What OpenClaw cuts out of a long result in its requests. */
import { array, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { longResults } from "../shared/cuts.ts";

/** In characters of all its texts, with a model of 200,000 tokens or more: with others, it is less. */
const MOST = 64_000;

export const cuts = longResults(sizes, MOST);

function sizes(record: Json): number[] {
  const message = member(record, "message");
  if (member(message, "role") !== "toolResult") return [];
  const texts = array(member(message, "content")).map((item) => string(member(item, "text")) ?? "");
  return [texts.reduce((sum, { length }) => sum + length, 0)];
}
