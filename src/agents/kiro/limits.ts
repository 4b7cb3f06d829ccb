/** How a turn ended that failed, in what Kiro notes of it. */
import { isObject, member, number, printed, string } from "../../session/json.ts";
import type { EventBody, Json, JsonObject } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";

/** `result` is `{Ok: message}` or `{Err: {Stream: {kind, original_status_code, original_message}}}`. */
export function readEnd({ result }: JsonObject, at: string | null): EventBody {
  const error = member(result, "Err");
  if (error === undefined) return { event: "opaque", type: "turn" };
  const stream = member(error, "Stream") ?? null;
  const kind = kindOf(member(stream, "kind"));
  if (/interrupted|cancelled/i.test(kind) || error === "Cancelled")
    return { event: "interruption" };
  const told = string(member(stream, "original_message")) ?? wordsIn(member(stream, "kind"));
  const text = told ?? (kind === "" ? printed(error) : kind);
  const status = number(member(stream, "original_status_code"));
  return failed({ text, status, codes: [CODES[kind]], at });
}

/** What the vendor's errors are called by others. */
const CODES: Readonly<Record<string, string>> = {
  throttling: "ThrottlingException",
  contextWindowOverflow: "context_length_exceeded",
};

/** `"throttling"`, `{kind: "throttling", …}` or `{other: {…}}`. */
function kindOf(kind: Json | undefined): string {
  if (!isObject(kind)) return string(kind) ?? "";
  return string(kind.kind) ?? Object.keys(kind)[0] ?? "";
}

function wordsIn(kind: Json | undefined): string | undefined {
  if (!isObject(kind)) return undefined;
  const inner = isObject(kind.data) ? kind.data : (Object.values(kind).find(isObject) ?? kind);
  return string(inner.message) ?? string(kind.data);
}
