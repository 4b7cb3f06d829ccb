/** The records of a session; see document.ts for how a document becomes these. */
import { isFrame } from "../../lossless/document.ts";
import { isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { alone, type Exchange, exchangeIn, isHead } from "./document.ts";

export type Stored =
  | { kind: "head"; head: JsonObject }
  | { kind: "exchange"; exchange: Exchange }
  /** More of the same request. */
  | { kind: "request"; nodes: Json[] }
  /** A node of its answer. */
  | { kind: "response"; node: Json }
  /** An element of the history that is no exchange as the CLI writes it. */
  | { kind: "element"; element: Json }
  | { kind: "carry"; piece: Piece }
  /** How the document is spelled, where that is not as the CLI spells it; see files.ts. */
  | { kind: "spelling" }
  | { kind: "frame" }
  | { kind: "other" };

export function unwrap(record: Json): Stored {
  if (isFrame(record)) return { kind: "frame" };
  const exchange = exchangeIn(record);
  if (exchange) {
    const piece = pieceIn(exchange.exchange);
    return piece ? { kind: "carry", piece } : { kind: "exchange", exchange };
  }
  if (isHead(record)) return { kind: "head", head: record };
  const nodes = alone(record, "request_nodes");
  if (Array.isArray(nodes)) return { kind: "request", nodes };
  const node = alone(record, "response_node");
  if (node !== undefined) return { kind: "response", node };
  const element = alone(record, "element");
  if (element !== undefined) return { kind: "element", element };
  return isObject(alone(record, "spelling")) ? { kind: "spelling" } : { kind: "other" };
}

/** Does a record look like one of Auggie's? */
export function recognises(record: Json): boolean {
  const stored = unwrap(record);
  switch (stored.kind) {
    case "exchange":
    case "carry":
    case "request":
      return true;
    case "head":
      return isObject(stored.head.agentState) || stored.head.chatHistory !== undefined;
    case "response":
      return number(member(stored.node, "type")) !== undefined;
    default:
      return false;
  }
}

/** A piece of a carry, which Segue keeps inside a session that has no place beside it. */
export interface Piece {
  part: number;
  parts: number;
  data: string;
}

const KEY = "segueCarry";

function pieceIn(exchange: JsonObject): Piece | null {
  const piece = exchange[KEY];
  const [part, parts] = [number(member(piece, "part")), number(member(piece, "parts"))];
  const data = string(member(piece, "data"));
  if (part === undefined || parts === undefined || data === undefined) return null;
  return { part, parts, data };
}

/** The members of an exchange that the CLI keeps, does not show and never sends: an old summary of the history. */
export function carryExchange({ part, parts, data }: Piece): JsonObject {
  return { [KEY]: { part, parts, data } };
}
