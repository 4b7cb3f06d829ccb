/**
 * Messages in the form of the Chat Completions API: an assistant's message holds its calls, and a
 * message of role "tool" names the call that it answers.
 */
import { listOf, member, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
import type {
  Json,
  ResultPart,
  ToolCallPart,
  ToolResultPart,
  ToolUse,
} from "../../session/types.ts";
import { OpenCalls } from "./calls.ts";

/** The arguments of a call, which are stored as JSON text; text that is no JSON stays text. */
export function argumentsOf(text: Json | undefined): Json {
  if (typeof text !== "string") return text ?? {};
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A call, `{id, function: {name, arguments}}`; agents may store it without the inner object. */
export function readChatCall(
  call: Json,
  fromNative: (name: string, input: Json) => ToolUse | null,
): ToolCallPart {
  const own = member(call, "function") ?? call;
  const name = saidIn(member(own, "name"));
  const input = argumentsOf(member(own, "arguments") ?? undefined);
  const callId = string(member(call, "id")) ?? "";
  return { kind: "tool-call", callId, name, input, use: fromNative(name, input) };
}

/** How an agent's calls and results are read. */
export interface ChatTools {
  readCall(call: Json): ToolCallPart;
  parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart;
}

/** The calls that are met message by message, and the results that answer them. */
export class ChatCalls extends OpenCalls {
  readonly #tools: ChatTools;

  constructor(tools: ChatTools) {
    super();
    this.#tools = tools;
  }

  /** The calls beside a message's content. */
  in(message: Json): ToolCallPart[] {
    const calls = listOf(member(message, "tool_calls")).map(this.#tools.readCall);
    for (const call of calls) this.add(call);
    return calls;
  }

  /** A result, read by what its call means. */
  read(result: ToolResultPart): ToolResultPart {
    const use = this.get(result.callId)?.use ?? null;
    this.answer(result.callId);
    return this.#tools.parseResult(use, result);
  }

  /** The result that a message of role "tool" is, given its content. */
  result(message: Json, content: ResultPart[], isError = false): ToolResultPart {
    const callId = string(member(message, "tool_call_id")) ?? "";
    return this.read({ kind: "tool-result", callId, isError, content });
  }

  /** Takes note of what a message that was written calls or answers. */
  commit(message: Json): void {
    this.in(message);
    const answered = string(member(message, "tool_call_id"));
    if (answered !== undefined) this.answer(answered);
  }
}
