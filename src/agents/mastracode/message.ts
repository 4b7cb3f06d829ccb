/** A message's parts, as the steps that they are sent in. */
import { array, member, object, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { isNote, typeOf } from "./content.ts";
import { OBSERVED, partsOf } from "./records.ts";

/** What one request to the model resulted in. */
export interface Step {
  parts: Json[];
  /** An observation stands for it. */
  hidden: boolean;
}

/**
 * All parts of a message. Older versions have calls, reasoning and attachments beside them, which are
 * sent if there are none of that kind among the parts; a text of the message's own, if there is no text.
 */
export function allParts(content: Json): Json[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  if (Array.isArray(content)) return content;
  const own = partsOf(content) ?? [];
  const has = (type: string) => own.some((part) => typeOf(part) === type);
  const before = [
    ...(has("tool-invocation") ? [] : array(member(content, "toolInvocations")).map(asInvocation)),
    ...(has("reasoning") ? [] : reasoningIn(content)),
    ...(has("file") ? [] : array(member(content, "experimental_attachments")).map(asFile)),
  ];
  const text = string(member(content, "content")) ?? "";
  const isSaid = own.some((part) => !SILENT.has(typeOf(part)));
  const after = text === "" || isSaid ? [] : [{ type: "text", text }];
  if (own.length > 0 || before.length > 0 || after.length > 0) return [...before, ...own, ...after];
  return isEmpty(content) ? [] : [content];
}

/** Parts beside which a message's own text is sent. */
const SILENT = new Set(["tool-invocation", "reasoning", "file", "source", "source-document"]);

/** Is there nothing in it that could be sent? */
function isEmpty(content: Json): boolean {
  const own = object(content);
  if (own === undefined) return content === null;
  return Object.keys(own).every((key) => ABOUT.has(key));
}

const ABOUT = new Set([
  "format",
  "parts",
  "metadata",
  "providerMetadata",
  "content",
  "annotations",
  "toolInvocations",
  "reasoning",
  "experimental_attachments",
]);

function asInvocation(invocation: Json): JsonObject {
  return { type: "tool-invocation", toolInvocation: invocation };
}

function reasoningIn(content: Json): Json[] {
  const reasoning = member(content, "reasoning") ?? "";
  return reasoning === "" ? [] : [{ type: "reasoning", reasoning }];
}

function asFile(attachment: Json): JsonObject {
  const own = object(attachment) ?? {};
  return { type: "file", data: own.url ?? null, mimeType: own.contentType ?? null };
}

/**
 * A step ends at a mark, and after its calls: what follows them is sent after their results
 * (addStartStepPartsForAIV5).
 */
export function stepsOf(parts: readonly Json[]): Step[] {
  const steps: Step[] = [];
  let step: Step = { parts: [], hidden: false };
  const close = () => {
    if (step.parts.length > 0) steps.push(step);
    step = { parts: [], hidden: false };
  };
  for (const part of parts) {
    const type = typeOf(part);
    if (type === "step-start") close();
    if (type === OBSERVED) {
      close();
      for (const before of steps) before.hidden = true;
    }
    if (isNote(part)) continue;
    if (type !== "tool-invocation" && step.parts.some(isCall)) close();
    step.parts.push(part);
  }
  close();
  return steps;
}

function isCall(part: Json): boolean {
  return typeOf(part) === "tool-invocation";
}
