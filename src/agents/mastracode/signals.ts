/** Signals: what is said in the user's place, by the user or by Mastra Code itself. */
import { isObject, member, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
import type { Json, JsonObject, Part } from "../../session/types.ts";
import { readUserPart } from "./content.ts";
import { allParts } from "./message.ts";
import { type StoredMessage, signalOf } from "./records.ts";

/** What a signal is: `user`, or one of Mastra Code's own kinds. */
export function signalType({ content, type }: StoredMessage): string {
  return string(signalOf(content).type) ?? type;
}

export function isOfUser(type: string): boolean {
  return type === "user" || type === "user-message";
}

const REMINDER = "system-reminder";

/** A goal that the user sets goes to the model as a reminder (createGoalReminderSignal). */
export function isGoal(message: StoredMessage): boolean {
  return isReminder(message) && purposeOf(message) === "goal";
}

/** So does what a judge says of the way to it, which makes the model go on. */
function isJudgement(message: StoredMessage): boolean {
  return isReminder(message) && purposeOf(message) === "goal-judge";
}

function purposeOf({ content }: StoredMessage): string | undefined {
  return string(member(signalOf(content).attributes, "type"));
}

/** What Mastra Code says by itself: reminders. States, and other tags, are of what happened. */
export function isByItself(message: StoredMessage): boolean {
  return isReminder(message) && !isGoal(message) && !isJudgement(message);
}

function isReminder(message: StoredMessage): boolean {
  const type = signalType(message);
  if (type !== "reactive" && type !== REMINDER) return false;
  const tag = string(signalOf(message.content).tagName) ?? REMINDER;
  return tag === REMINDER || tag === "reactive";
}

/**
 * What the model is sent: the user's words as they are, anything else in a tag (signalToLLMMessage), where
 * Mastra Code escapes what would be a tag itself. For another model, the words stay as they are.
 */
export function readSignal(message: StoredMessage): Part[] {
  const signal = signalOf(message.content);
  const parts = partsIn(message.content, signal);
  const isSaid = isOfUser(signalType(message)) && attributesOf(signal) === "";
  const isPlain = isSaid || isGoal(message) || isJudgement(message);
  return isPlain ? parts : inTag(parts, tagOf(message, signal), attributesOf(signal));
}

/** Some versions keep what was said in the signal itself. */
function partsIn(content: Json, signal: JsonObject): Part[] {
  const own = signal.contents;
  const from = own === undefined || own === null ? allParts(content) : listed(own);
  return from.flatMap(readUserPart);
}

function listed(contents: Json): Json[] {
  if (typeof contents === "string") return [{ type: "text", text: contents }];
  const list = Array.isArray(contents) ? contents : [contents];
  return list.flatMap((one) => {
    if (typeof one === "string") return [{ type: "text", text: one }];
    return isObject(one) && one.role === "user" ? listed(one.content ?? []) : [one];
  });
}

function tagOf({ type }: StoredMessage, signal: JsonObject): string {
  const tag = string(signal.tagName) ?? type;
  return /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(tag) ? tag : "signal";
}

function attributesOf({ attributes }: JsonObject): string {
  if (!isObject(attributes)) return "";
  return Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ` ${name}="${saidIn(value).replaceAll('"', "&quot;")}"`)
    .join("");
}

/** All of it if it is text; else the first text. */
function inTag(parts: readonly Part[], tag: string, attributes: string): Part[] {
  const texts = parts.flatMap((part) => (part.kind === "text" ? [part.text] : []));
  const wrapped = (text: string): Part => ({
    kind: "text",
    text: `<${tag}${attributes}>${text}</${tag}>`,
    told: true,
  });
  if (texts.length === parts.length && texts.length > 0) return [wrapped(texts.join("\n"))];
  const first = parts.findIndex(({ kind }) => kind === "text");
  const empty: Part = { kind: "text", text: `<${tag}${attributes} />`, told: true };
  if (first < 0) return [empty, ...parts];
  return parts.map((part, n) => (n === first && part.kind === "text" ? wrapped(part.text) : part));
}
