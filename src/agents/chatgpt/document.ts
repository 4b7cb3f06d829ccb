/**
 * A conversation as an export has it, which is also what the web site's own requests return: one JSON
 * object whose `mapping` is a tree of nodes by their ids.
 */
import type { DocumentForm } from "../../session/codec.ts";
import { isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

/** Stands in the first line of a document's lines. */
export const FORM = "chatgpt-conversation";

/**
 * The first record is the conversation with the order of its nodes in place of `mapping`: nothing if they
 * stand there as the records do, parents first. Then comes a node a record, and last `current_node`, the node
 * that the conversation continues from.
 */
export const conversation: DocumentForm = {
  name: FORM,
  records(document) {
    if (!isConversation(document)) return null;
    const { mapping, current_node: current } = document;
    // Nothing was said in it, or it is a head alone.
    if (!isObject(mapping)) return [document];
    const keys = Object.keys(mapping);
    const order = parentsFirst(mapping, keys);
    const isSorted = order.every((place, n) => place === n);
    const head: JsonObject = { ...document, mapping: isSorted ? [] : order };
    const end = typeof current === "string";
    if (end) head.current_node = null;
    const nodes = order.map((place) => {
      const key = keys[place] ?? "";
      const node = mapping[key] ?? null;
      return member(node, "id") === key ? node : { key, node };
    });
    return [head, ...nodes, ...(end ? [{ current_node: current }] : [])];
  },
  document([head, ...records]): Json {
    if (!isObject(head)) return [];
    if (!isOrder(head.mapping)) return head;
    const last = currentIn(records.at(-1));
    const nodes = (last === null ? records : records.slice(0, -1)).map(keyed);
    const places = Array.isArray(head.mapping) ? head.mapping : [];
    const inPlace: (readonly [string, Json])[] = [];
    for (const [n, node] of nodes.entries()) inPlace[number(places[n]) ?? n] = node;
    const mapping = Object.fromEntries(inPlace.filter((node) => node !== undefined));
    return { ...head, mapping, ...(last === null ? {} : { current_node: last }) };
  },
};

/** A conversation, or what is left of it when its nodes are taken out. */
export function isConversation(value: Json): value is JsonObject {
  if (!isObject(value)) return false;
  const { mapping, conversation_id: id } = value;
  // One in which nothing was said may have no tree.
  if (!isObject(mapping) && !isOrder(mapping)) {
    return mapping === undefined && typeof id === "string" && "title" in value;
  }
  return ["conversation_id", "id", "current_node"].some((key) => typeof value[key] === "string");
}

function isOrder(value: Json | undefined): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}

/** The id of a conversation. */
export function idOf(head: Json): string | null {
  return string(member(head, "conversation_id")) ?? string(member(head, "id")) ?? null;
}

/** A node, and the id that the tree has it by; null for anything else. */
export function nodeIn(record: Json): { id: string; node: JsonObject } | null {
  const [id, node] = keyed(record);
  if (!isObject(node) || id === "") return null;
  const { parent, message } = node;
  const isPlaced = parent === null || typeof parent === "string";
  const isMessage = isObject(member(message, "author"));
  // The first may have no parent at all; what says nothing is told from other objects by its place.
  const isFirst = isMessage && parent === undefined;
  return isFirst || (isPlaced && (isMessage || message === null)) ? { id, node } : null;
}

function keyed(record: Json): readonly [string, Json] {
  const key = string(member(record, "key"));
  const node = member(record, "node");
  return key !== undefined && node !== undefined
    ? [key, node]
    : [string(member(record, "id")) ?? "", record];
}

/** The node that the conversation continues from, if this is the record that names it. */
export function currentIn(record: Json | undefined): string | null {
  if (!isObject(record) || Object.keys(record).length !== 1) return null;
  return string(record.current_node) ?? null;
}

/** The places of the nodes, so that each comes after the one that it follows. */
function parentsFirst(mapping: JsonObject, keys: readonly string[]): number[] {
  const places = new Map(keys.map((key, place) => [key, place]));
  const taken = new Set<number>();
  for (const key of keys) {
    // A path that leads back to itself ends there.
    const path = new Set<number>();
    for (let at = places.get(key); at !== undefined && !taken.has(at) && !path.has(at); ) {
      path.add(at);
      at = places.get(string(member(mapping[keys[at] ?? ""], "parent")) ?? "");
    }
    for (const place of [...path].reverse()) taken.add(place);
  }
  return [...taken];
}
