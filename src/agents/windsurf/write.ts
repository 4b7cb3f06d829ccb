/**
 * Predicts a step in a plain form, so that little of it has to be kept beside a session that was written for
 * another agent. No transcript is ever written for Windsurf.
 */
import type { Writer } from "../../session/codec.ts";
import { isObject, member, string } from "../../session/json.ts";
import { asTexts } from "../../session/other.ts";
import { reasoningAsText } from "../../session/text.ts";
import type { Entry, Json, JsonObject, Message, Part } from "../../session/types.ts";

export function writer(): Writer {
  return new WindsurfWriter();
}

class WindsurfWriter implements Writer {
  /** Number of committed records. */
  #n = 0;

  predict(entry: Entry): Json[] {
    if (entry.kind === "event") return [];
    return entry.parts.flatMap((part) => printed(entry.role, part));
  }

  end(): Json[] {
    return [];
  }

  kind(record: Json): string {
    return string(member(record, "type")) ?? "unknown";
  }

  key(): string {
    return "";
  }

  mark(): string {
    return String(this.#n);
  }

  rewind(): Json[] {
    return [];
  }

  commit(): void {
    this.#n++;
  }
}

function printed(role: Message["role"], part: Part): Json[] {
  switch (part.kind) {
    case "text":
      return [said(role, part.text)];
    case "reasoning":
      return [said(role, reasoningAsText(part.text))];
    case "tool-call":
      return [called(part.name, part.input)];
    case "file":
    case "other":
    case "unread":
      return asTexts(part).map(({ text }) => said(role, text));
    // What a step gave stands in the step itself.
    case "tool-result":
    case "image":
      return [];
  }
}

function said(role: Message["role"], text: string): JsonObject {
  return role === "user"
    ? step("user_input", { user_response: text })
    : step("planner_response", { response: text });
}

function called(name: string, input: Json): JsonObject {
  if (STEPS.has(name) && isObject(input)) return step(name, input);
  return step("mcp_tool", { arguments: JSON.stringify(input), tool_name: name });
}

const STEPS = new Set(["code_action", "command_action"]);

/** Keys stand in the order of their names, as in every transcript that was seen. */
function step(type: string, own: JsonObject): JsonObject {
  const members: [string, Json][] = [
    ["status", "done"],
    ["type", type],
    [type, own],
  ];
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}
