/**
 * Reads what Kiro's editor kept of a session before its version 1: the history, the steps of what was done for
 * each answer, and the messages of still older documents. Facts and sources: README.md in this folder.
 */
import { isObject, listOf, member, number, printed, string } from "../../session/json.ts";
import { isNested, otherPart, saidIn } from "../../session/other.ts";
import { leadingReasoning, notTyped } from "../../session/text.ts";
import type { Json, JsonObject, Part, ResultPart, ToolCallPart } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";
import { contextPart, textIn } from "./payloads.ts";
import type { Piece } from "./records.ts";
import { fromNative } from "./tools.ts";

/** What an answer says while, and after, its steps say more. */
const PLACEHOLDER = "On it.";

/** Steps that say nothing to the model. */
const ASIDE = new Set([
  "model",
  "intentClassification",
  "steering",
  "preWork",
  "taskStatus",
  "pbtStatus",
  "specAgent",
  "ContextualHookInvoked",
]);

/** An entry of the history; `answered`: the executions whose steps said something. */
export function readEntry(entry: JsonObject, answered: ReadonlySet<string>): Piece[] {
  const { message, executionId, contextItems, promptLogs } = entry;
  const said = contentIn(member(message, "content"));
  const id = string(member(message, "id"));
  const named = id === undefined ? {} : { id };
  switch (member(message, "role")) {
    case "user":
      return [{ role: "user", parts: [...said, ...contextIn(contextItems)], ...named }];
    case "assistant": {
      const aside: Piece = { body: { event: "opaque", type: "entry" } };
      if (answered.has(string(executionId) ?? "")) return [aside];
      const isEmpty = said.every((part) => part.kind === "text" && part.text === PLACEHOLDER);
      if (!isEmpty) return [{ role: "assistant", parts: said, ...named }];
      const logged = listOf(promptLogs).flatMap(completionIn);
      return logged.length === 0
        ? [aside]
        : [aside, { role: "assistant", parts: logged, ...named }];
    }
    case "system":
      return [{ role: "system", parts: said, scaffold: true, ...named }];
    default:
      return [{ role: "assistant", parts: [otherPart("entry", entry)] }];
  }
}

function contextIn(items: Json | undefined): Part[] {
  return listOf(items).map(contextPart);
}

function completionIn(log: Json): Part[] {
  return textIn("completion", member(log, "completion"));
}

function contentIn(content: Json | undefined): Part[] {
  if (!Array.isArray(content))
    return isObject(content) ? blockIn(content) : textIn("content", content);
  return content.flatMap(blockIn);
}

function blockIn(block: Json): Part[] {
  if (!isObject(block)) return textIn("content", block);
  switch (block.type) {
    case "text":
      return textIn("text", block.text);
    // The id of an execution.
    case "executionLog":
      return isNested(block.text) ? [otherPart("executionLog", block)] : [];
    case "imageUrl":
      return [imageIn(block)];
    case "mention":
      return [otherPart("mention", block, { known: true })];
    default:
      return [otherPart(string(block.type) ?? "content", block)];
  }
}

/** `{type: "imageUrl", imageUrl: {url: "data:…"}}` */
function imageIn(block: JsonObject): Part {
  const url = string(member(block.imageUrl, "url")) ?? string(block.imageUrl);
  const [, mediaType, data] = /^data:([^;,]*);base64,(.*)$/s.exec(url ?? "") ?? [];
  if (mediaType !== undefined && data !== undefined) return { kind: "image", mediaType, data };
  if (url === undefined || url.startsWith("data:")) return otherPart("imageUrl", block);
  return { kind: "image", mediaType: "image/png", data: null, url };
}

/** A step of an execution; `at`: the id of its call if it has none. */
export function readStep(step: JsonObject, at: string, time: string | null): Piece[] {
  const { type, output } = step;
  const name = saidIn(step.name) || (string(type) ?? "step");
  if (ASIDE.has(name)) return [{ body: { event: "opaque", type: "step" } }];
  switch (type) {
    case "say":
      return [{ role: "assistant", parts: [...messageIn(output), ...besideWords(type, output)] }];
    case "reasoning": {
      const thought: Part = { kind: "reasoning", text: saidIn(wordsOf(output)) };
      return [{ role: "assistant", parts: [thought, ...besideWords(type, output)] }];
    }
    case "displayError": {
      const more = besideWords(type, output).map((part) =>
        part.kind === "other" ? part.text : "",
      );
      return [{ body: failed({ text: [saidIn(wordsOf(output)), ...more].join("\n"), at: time }) }];
    }
    case "userMessage": {
      const given = step.input ?? output;
      const parts = [...textIn("userMessage", wordsOf(given)), ...besideWords(type, given)];
      return [{ role: "user", parts }];
    }
    default:
      if (step.input === undefined) {
        return [{ role: "assistant", parts: [otherPart(name, output ?? step)] }];
      }
      return callOf(step, name, string(step.id) || at);
  }
}

/** Does a step say what the answer's entry stands for? */
export function answers({ type, output }: JsonObject): boolean {
  return type === "say" && saidIn(wordsOf(output)) !== "";
}

function messageIn(output: Json | undefined): Part[] {
  return textIn("say", wordsOf(output)).flatMap((part): Part[] =>
    part.kind === "text" ? leadingReasoning(part.text) : [part],
  );
}

/** `{message}`, or what stands in its place. */
function wordsOf(output: Json | undefined): Json | undefined {
  const message = member(output, "message");
  return message === undefined ? output : message;
}

/** What else there is beside a `message`: nothing, as far as is known. */
function besideWords(type: string, output: Json | undefined): Part[] {
  if (!isObject(output) || output.message === undefined) return [];
  const { message: _, ...rest } = output;
  return Object.keys(rest).length === 0 ? [] : [otherPart(type, rest)];
}

function callOf(step: JsonObject, name: string, callId: string): Piece[] {
  const input = step.input ?? {};
  const call: ToolCallPart = {
    kind: "tool-call",
    callId,
    name,
    input,
    use: fromNative(name, input),
  };
  const asked: Piece = { role: "assistant", parts: [call] };
  if (!isEnded(step)) return [asked];
  const { content, exitCode } = outputIn(step.output);
  const isError = step.success === false || (exitCode !== undefined && exitCode !== 0);
  const ended = exitCode === undefined ? {} : { exitCode };
  const result: Part = { kind: "tool-result", callId, isError, ...ended, content };
  return [asked, { role: "tool", parts: [result] }];
}

const RUNNING = /^(?:pending|running|in.?progress|executing|started|awaiting)/i;

function isEnded({ state, output }: JsonObject): boolean {
  return output !== undefined || !RUNNING.test(string(state) ?? "");
}

/** Words, `{output, exitCode}` of a command, `{message}` or `{response}`, or anything else as a whole. */
function outputIn(output: Json | undefined): { content: ResultPart[]; exitCode?: number } {
  if (output === undefined || output === null) return { content: [] };
  if (!isObject(output)) return { content: resultOf(output) };
  const { exitCode, success: _, ...rest } = output;
  const [only, ...more] = Object.entries(rest);
  const isPlain = only !== undefined && /^(?:output|message|response|text)$/.test(only[0]);
  const code = number(exitCode);
  const ended = code === undefined ? {} : { exitCode: code };
  if (only === undefined) return { content: [], ...ended };
  return { content: more.length === 0 && isPlain ? resultOf(only[1]) : resultOf(rest), ...ended };
}

function resultOf(value: Json): ResultPart[] {
  if (isNested(value)) return [{ kind: "text", text: printed(value) }];
  const text = saidIn(value);
  return text === "" ? [] : [{ kind: "text", text }];
}

/** How what Kiro itself says in the user's place begins, as several readers of these documents found it. */
const OWN =
  /^(?:# (?:System Prompt|Identity)|## Included Rules|<(?:identity|capabilities|response_style|rules|key_kiro_features|system_information|platform_specific|EnvironmentContext|user-rule|workflow-definition|implicit-rules|steering-reminder)|You are operating in a workspace|Follow these instructions)/;
/** What it answers to that. */
const ACKNOWLEDGED = "I will follow these instructions.";
const ENVIRONMENT = /\s*<EnvironmentContext>[\s\S]*<\/EnvironmentContext>\s*$/;

/** `{role: "human"|"bot"|"tool", content}` */
export function readSpoken({ role, content }: JsonObject): Piece {
  const said = contentIn(content);
  const text = string(content)?.trim() ?? "";
  switch (role) {
    case "human":
      if (OWN.test(text)) return { role: "user", parts: notTyped(said), scaffold: true };
      if (text.startsWith("<kiro-ide-message>")) {
        return { role: "user", parts: notTyped(said), told: true };
      }
      return { role: "user", parts: said.flatMap(withoutEnvironment) };
    case "bot":
      if (text === ACKNOWLEDGED) return { role: "assistant", parts: said, scaffold: true };
      return { role: "assistant", parts: said };
    // What tools returned, without saying which.
    case "tool":
      return { role: "user", parts: notTyped(said), told: true };
    default:
      return { role: "assistant", parts: [otherPart("spoken", content ?? null)] };
  }
}

/** What the editor appends to a prompt: it was not typed. */
function withoutEnvironment(part: Part): Part[] {
  const [found] = part.kind === "text" ? (ENVIRONMENT.exec(part.text) ?? []) : [];
  if (part.kind !== "text" || found === undefined) return [part];
  const rest = part.text.slice(0, -found.length);
  const own: Part = { kind: "text", text: found.trim(), told: true };
  return rest === "" ? [own] : [{ kind: "text", text: rest }, own];
}
