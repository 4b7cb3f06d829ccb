/** `ui_messages.json`: what the extension shows of a task, whose first message is the task itself. */
import {
  array,
  compact,
  isObject,
  member,
  number,
  printed,
  string,
} from "../../../session/json.ts";
import type { Json, JsonObject } from "../../../session/types.ts";
import { blocksOf, isDetails, readTexts, textIn } from "./content.ts";
import { messageIn } from "./records.ts";

/**
 * What is shown of these messages, each at a time of its own, after `last`: what is shown is told apart by its
 * time, and Cline's screen shows some of it twice, and some not at all, where two times are the same. `task`: what
 * a task without a prompt is called.
 */
export function screenOf(
  messages: readonly Json[],
  { isFirst, last = 0, task = "" }: { isFirst: boolean; last?: number; task?: string },
): JsonObject[] {
  let ms = last;
  return opened(messages.flatMap(shownOf), messages, isFirst, task).map((one) => {
    ms = Math.max(number(one.ts) ?? 0, ms + 1);
    return { ...one, ts: ms };
  });
}

/** The first one is the task. */
function opened(
  shown: JsonObject[],
  messages: readonly Json[],
  isFirst: boolean,
  task: string,
): JsonObject[] {
  if (!isFirst) return shown;
  const [first] = messages;
  const opens = shown.findIndex(({ say }) => say === "user_feedback");
  const ts = number(member(first, "ts")) ?? 0;
  const start = { ts, type: "say", say: "text", text: task };
  if (opens < 0) return [start, ...shown];
  const own = shown[opens] ?? start;
  return [{ ...own, say: "text" }, ...shown.filter((_, at) => at !== opens)];
}

function shownOf(record: Json): JsonObject[] {
  const stored = messageIn(record);
  if (stored.kind !== "message") return [];
  const { message, role } = stored;
  const ts = number(message.ts) ?? 0;
  const say = (what: string, text: string, more: JsonObject = {}): JsonObject[] =>
    text.trim() === "" ? [] : [{ ts, type: "say", say: what, text, ...more }];
  const blocks = blocksOf(message.content);
  if (message.isSummary === true) {
    const summary = blocks.map((block) => textIn(block) ?? "").join("\n\n");
    const contextCondense = { cost: 0, prevContextTokens: 0, newContextTokens: 0, summary };
    return [{ ts, type: "say", say: "condense_context", contextCondense }];
  }
  if (role === "user") return userShown(blocks, ts);
  return blocks.flatMap((block) => {
    switch (member(block, "type")) {
      case "text":
        return say("text", textIn(block) ?? "");
      case "reasoning":
      case "thinking":
        return say("reasoning", string(member(block, "text") ?? member(block, "thinking")) ?? "");
      case "tool_use":
        return callShown(block, ts);
      default:
        return [];
    }
  });
}

function userShown(blocks: readonly Json[], ts: number): JsonObject[] {
  const typed = blocks.flatMap((block) => {
    const text = isDetails(block) ? undefined : textIn(block);
    if (text === undefined) return [];
    return readTexts(text, false).flatMap((part) =>
      part.kind === "text" && part.told !== true ? [part.text] : [],
    );
  });
  const images = blocks.flatMap((block) => {
    const source = member(block, "source");
    const [type, data] = [string(member(source, "media_type")), string(member(source, "data"))];
    return type === undefined || data === undefined ? [] : [`data:${type};base64,${data}`];
  });
  if (typed.length === 0 && images.length === 0) return [];
  const text = typed.join("\n\n");
  const shown = { ts, type: "say", say: "user_feedback", text };
  return [compact({ ...shown, images: images.length > 0 ? images : undefined })];
}

/** Only in words: the extension's own rows for each tool belong to a run. */
function callShown(block: Json, ts: number): JsonObject[] {
  const input = member(block, "input");
  const command = string(member(input, "command"));
  const name = string(member(block, "name")) ?? "";
  if (name === "execute_command" && command !== undefined) {
    return [{ ts, type: "ask", ask: "command", text: command, isAnswered: true }];
  }
  if (name === "attempt_completion") {
    const text = string(member(input, "result")) ?? "";
    return [{ ts, type: "say", say: "completion_result", text }];
  }
  return [{ ts, type: "say", say: "text", text: `${name} ${printed(input ?? {})}` }];
}

/** The time of the last of these messages. */
export function lastTime(screen: readonly Json[]): number {
  return number(member(screen.at(-1), "ts")) ?? 0;
}

/** These messages, without those at the end that are the same as the given ones, but for their times. */
export function withoutEnd(screen: Json, end: readonly JsonObject[]): Json[] {
  const all = array(screen);
  const kept = all.slice(0, Math.max(0, all.length - end.length));
  const isSame = withoutTimes(all.slice(kept.length)) === withoutTimes(end);
  return isSame ? kept : all;
}

function withoutTimes(screen: readonly Json[]): string {
  return printed(screen.map((one) => (isObject(one) ? { ...one, ts: 0 } : one)));
}
