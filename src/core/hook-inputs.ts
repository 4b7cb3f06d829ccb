/** What agents' hooks say when a request was refused: their input as a signal. */
import { failed } from "../agents/shared/faults.ts";
import { HOUR } from "../limits/holds.ts";
import { timeOf } from "../limits/moments.ts";
import { parseValue } from "../lossless/json-text.ts";
import { member, number, string } from "../session/json.ts";
import type { Json } from "../session/types.ts";
import type { HookSignal } from "./hook-signals.ts";

interface Whose {
  agent: string;
  profile: string | null;
}

/** null if the input is of something else, or does not say why the request failed. */
export function hookSignalIn(text: string, whose: Whose, now: number): HookSignal | null {
  const input = parseValue(text) ?? null;
  const said = saidIn(input, now);
  if (said === null) return null;
  const { words, codes, at = now } = said;
  const failure = failed({ text: words, codes, at });
  const { fault } = failure;
  if (fault === undefined) return null;
  const resetsAt = "resetsAt" in failure ? timeOf(failure.resetsAt ?? null) : null;
  const { kind, retryable } = fault;
  const textOf = (...keys: string[]): string | null =>
    keys.map((key) => string(member(input, key))).find((one) => one !== undefined) ?? null;
  const session = textOf("session_id", "sessionId");
  return {
    signal: {
      ...whose,
      ...{ kind, retryable, resetsAt, at, session, source: "hook", usedPercent: null },
      scope: fault.scope ?? "unknown",
      text: words,
    },
    path: textOf("transcript_path"),
    cwd: textOf("cwd"),
  };
}

interface Said {
  words: string;
  codes: (Json | undefined)[];
  at?: number;
}

/**
 * `StopFailure` of Claude Code (2.1.332 [run]) has `error` and the words that the screen shows; of Kimi
 * Code, Kimi CLI and Qwen Code it has `error_type` or `error`, and a message. `errorOccurred` of Copilot
 * CLI (1.0.102 [run]) has an object, whose message may be the vendor's JSON.
 */
function saidIn(input: Json, now: number): Said | null {
  const event = string(member(input, "hook_event_name"));
  const error = member(input, "error");
  if (event === "StopFailure") {
    const words =
      string(member(input, "error_message")) ??
      string(member(input, "last_assistant_message")) ??
      string(member(input, "error_details")) ??
      string(error);
    const codes = [error, member(input, "error_type")];
    return words === undefined ? null : { words, codes };
  }
  const message = string(member(error, "message"));
  if (string(member(input, "errorContext")) !== "model_call" || message === undefined) return null;
  const body = parseValue(message) ?? null;
  const at = timeNear(now, number(member(input, "timestamp")));
  return {
    words: string(member(body, "message")) ?? message,
    codes: [member(body, "type"), member(body, "code"), member(error, "name")],
    ...(at === undefined ? {} : { at }),
  };
}

/** A hook runs when the request was refused: a time that is far from that is no time in milliseconds. */
function timeNear(now: number, at: number | undefined): number | undefined {
  return at !== undefined && Math.abs(now - at) < HOUR ? at : undefined;
}
