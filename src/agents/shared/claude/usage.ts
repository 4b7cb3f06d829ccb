/** What a request took, in Claude Code's records. */
import type { Spent } from "../../../session/codec.ts";
import { member, number, string } from "../../../session/json.ts";
import type { Json, Usage } from "../../../session/types.ts";

export function readUsage(usage: Json | undefined): Usage | undefined {
  const input = number(member(usage, "input_tokens"));
  if (input === undefined) return undefined;
  return {
    input,
    output: number(member(usage, "output_tokens")) ?? 0,
    cacheRead: number(member(usage, "cache_read_input_tokens")) ?? 0,
    cacheWrite: number(member(usage, "cache_creation_input_tokens")) ?? 0,
  };
}

/**
 * Each block of an answer is a line with the tokens so far, and forks copy lines: the API's ids of
 * message and request say which are about the same answer. Fast mode has prices of its own.
 */
export function spent(record: Json): Spent | undefined {
  const message = member(record, "message");
  const usage = member(message, "usage");
  const counts = readUsage(usage);
  if (member(record, "type") !== "assistant" || counts === undefined) return undefined;
  if (member(record, "isApiErrorMessage") === true) return undefined;
  const [id, request] = [string(member(message, "id")), string(member(record, "requestId"))];
  const key = id ?? string(member(record, "uuid"));
  const model = string(member(message, "model"));
  if (key === undefined || model === "<synthetic>") return undefined;
  const isFast = member(usage, "speed") === "fast";
  return {
    key: request === undefined ? key : `${key} ${request}`,
    name: id === undefined || request === undefined ? undefined : `claude ${id} ${request}`,
    usage: counts,
    longWrite: number(member(member(usage, "cache_creation"), "ephemeral_1h_input_tokens")) ?? 0,
    model: isFast && model !== undefined ? `${model}-fast` : model,
  };
}
