import type { Obj } from "./json.ts";
import type { Mint } from "./mint.ts";
import type { DeclaredTool, Step } from "./script.ts";

export type ProtocolId = "anthropic" | "openai-responses" | "openai-chat" | "gemini" | "augment";

/** A request to a model, as its rules see it. */
export interface Asked {
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body: Obj;
}

/** A broken rule: the vendor's words, and what its error object says beside them. */
export interface Violation {
  message: string;
  status?: number;
  param?: string | null;
  code?: string | null;
}

export interface Rule {
  name: string;
  check(asked: Asked, minted: Mint): Violation | null;
}

/** An answer: one JSON document, server-sent events, or a JSON document a line. */
export type Reply =
  | { kind: "json"; status: number; body: unknown; headers?: Record<string, string> }
  | { kind: "events"; events: { event?: string; data: unknown }[] }
  | { kind: "lines"; lines: unknown[] };

export interface Protocol {
  id: ProtocolId;
  handles(method: string, path: string): boolean;
  tools(asked: Asked): DeclaredTool[];
  rules: Rule[];
  refusal(violation: Violation): Reply;
  answer(step: Step, asked: Asked, minted: Mint): Reply;
}

export interface BrokenRule {
  rule: string;
  violation: Violation;
}

/** Every rule that the request breaks, in the order of the list: the vendor would name the first. */
export function brokenRules(rules: Rule[], asked: Asked, minted: Mint): BrokenRule[] {
  const broken: BrokenRule[] = [];
  for (const rule of rules) {
    const violation = rule.check(asked, minted);
    if (violation) broken.push({ rule: rule.name, violation });
  }
  return broken;
}

/** Cuts a text in pieces, as a model streams it (never inside a surrogate pair). */
export function pieces(text: string, size = 24): string[] {
  const letters = Array.from(text);
  const cut: string[] = [];
  for (let at = 0; at < letters.length; at += size) {
    cut.push(letters.slice(at, at + size).join(""));
  }
  return cut;
}
