/**
 * A session's file, `sessions/<id>.json`: one JSON document. Its history is a list of exchanges: what a
 * model was asked, and its answer. As records they are taken apart, so that each message is one:
 * the exchange with the beginning of its request, `{request_nodes}` for each further message in it,
 * and `{response_node}` for each node of the answer. Every list of nodes is cut in one way only.
 */
import type { DocumentForm } from "../../session/codec.ts";
import { array, isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { isSupervisor } from "./supervisor.ts";

/** Stands in the first line of a document's lines. */
export const FORM = "auggie-session";

/**
 * The first record is the document without its history; an empty list stays where it stood, so that
 * the keys keep their order.
 */
export const session: DocumentForm = {
  name: FORM,
  records(document) {
    if (!isHead(document)) return null;
    return [{ ...document, chatHistory: [] }, ...array(document.chatHistory).flatMap(apart)];
  },
  document([first, ...records]): Json {
    return isObject(first) ? { ...first, chatHistory: together(records) } : [];
  },
};

/** A document of a session, or what is left of it when its history is taken out. */
export function isHead(value: Json): value is JsonObject {
  if (!isObject(value)) return false;
  return Array.isArray(value.chatHistory) && typeof value.sessionId === "string";
}

/** An exchange with its lists of nodes. */
export interface Exchange {
  outer: JsonObject;
  exchange: JsonObject;
  request: Json[];
  response: Json[];
}

/** The exchange that a record or an element of the history is; null for anything else. */
export function exchangeIn(value: Json): Exchange | null {
  const exchange = member(value, "exchange");
  if (!isObject(value) || !isObject(exchange)) return null;
  const { request_nodes: request, response_nodes: response } = exchange;
  if (!Array.isArray(request) || !Array.isArray(response)) return null;
  return { outer: value, exchange, request, response };
}

/** The value of a record that has nothing but this key. */
export function alone(record: Json, key: string): Json | undefined {
  return isObject(record) && Object.keys(record).length === 1 ? member(record, key) : undefined;
}

/** What its nodes say: the CLI writes that beside them. */
function requestText(nodes: readonly Json[]): string {
  const texts = nodes.filter((node) => member(node, "type") === 0);
  return texts.map((node) => string(member(member(node, "text_node"), "content")) ?? "").join("");
}

function responseText(nodes: readonly Json[]): string {
  const texts = nodes.filter((node) => member(node, "type") === 0);
  return texts.map((node) => string(member(node, "content")) ?? "").join("");
}

const TEXTS = [
  ["request_message", (one: Exchange) => requestText(one.request)],
  ["response_text", (one: Exchange) => responseText(one.response)],
] as const;

function apart(element: Json): Json[] {
  const one = exchangeIn(element);
  // As a text, null stands for what the nodes say.
  if (!one || TEXTS.some(([key]) => one.exchange[key] === null)) return [{ element }];
  const exchange: JsonObject = { ...one.exchange, response_nodes: [] };
  for (const [key, said] of TEXTS) if (exchange[key] === said(one)) exchange[key] = null;
  const [first = [], ...rest] = cut(one.request);
  return [
    { ...one.outer, exchange: { ...exchange, request_nodes: first } },
    ...rest.map((nodes) => ({ request_nodes: nodes })),
    ...one.response.map((node) => ({ response_node: node })),
  ];
}

/** The inverse of `apart`, for a whole history. */
function together(records: readonly Json[]): Json[] {
  const history: (Exchange | { whole: Json })[] = [];
  for (const record of records) {
    const last = history.at(-1);
    const open = last && !("whole" in last) ? last : undefined;
    const asked = alone(record, "request_nodes");
    const answered = alone(record, "response_node");
    const whole = alone(record, "element");
    if (open && Array.isArray(asked)) open.request.push(...asked);
    else if (open && answered !== undefined) open.response.push(answered);
    else if (whole !== undefined) history.push({ whole });
    else history.push(opened(record));
  }
  return history.map((one) => ("whole" in one ? one.whole : closed(one)));
}

function opened(record: Json): Exchange | { whole: Json } {
  const one = exchangeIn(record);
  return one
    ? { ...one, request: [...one.request], response: [...one.response] }
    : { whole: record };
}

function closed(one: Exchange): JsonObject {
  const exchange: JsonObject = {
    ...one.exchange,
    request_nodes: one.request,
    response_nodes: one.response,
  };
  for (const [key, said] of TEXTS) if (exchange[key] === null) exchange[key] = said(one);
  return { ...one.outer, exchange };
}

/** What a piece of a request is so far: `closed` once the editor's state follows what was said. */
export type Cut = "nothing" | "result" | "said" | "closed" | "summary";

/** The kinds of nodes in a request that decide where it is cut. */
function kindOf(node: Json): "state" | "result" | "said" {
  const type = number(member(node, "type"));
  if (type === 4) return "state";
  return type === 1 ? "result" : "said";
}

/** The next node goes into a new piece (`isNew`), and leaves it like this. */
export function next(before: Cut, node: Json): { isNew: boolean; cut: Cut } {
  const kind = kindOf(node);
  if (kind === "state") return { isNew: false, cut: before === "said" ? "closed" : before };
  const isNew = before !== "nothing" && (kind === "result" || before !== "said");
  return { isNew, cut: kind };
}

/** Does this node stand for all that came before it? */
export function isSummary(node: Json): boolean {
  if (member(node, "type") === 10) return true;
  const text = string(member(member(node, "text_node"), "content"));
  return member(node, "type") === 0 && text !== undefined && isSupervisor(text);
}

/**
 * A request in pieces: each result, and what the user said. A summary at the beginning is a piece of its own;
 * one that comes later is still the first of what the model sees, so such a request stays whole.
 */
function cut(nodes: readonly Json[]): Json[][] {
  const at = nodes.findLastIndex(isSummary);
  if (at > 0) return [[...nodes]];
  const pieces: Json[][] = [];
  let state: Cut = at === 0 ? "summary" : "nothing";
  const rest = at === 0 ? nodes.slice(1) : nodes;
  if (at === 0) pieces.push(nodes.slice(0, 1));
  for (const node of rest) {
    const step = next(state, node);
    if (step.isNew || pieces.length === 0) pieces.push([]);
    pieces.at(-1)?.push(node);
    state = step.cut;
  }
  return pieces;
}
