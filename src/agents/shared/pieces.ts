/**
 * Pieces of a carry inside the items of a JSON document, for CLIs that keep what they do not know of
 * an item through any number of saves, and send none of it.
 */
import { array, isObject, member, number, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";

/** The key of an item that holds the pieces. */
const KEY = "segueCarry";

export interface Piece {
  part: number;
  parts: number;
  data: string;
}

/** The record that a piece is among a session's lines. */
export function carryRecord({ part, parts, data }: Piece): JsonObject {
  return { [KEY]: { part, parts, data } };
}

/** The piece that a record is; null for all others. */
export function carryIn(record: Json): Piece | null {
  if (!isObject(record) || Object.keys(record).length !== 1) return null;
  const piece = record[KEY];
  const [part, parts] = [number(member(piece, "part")), number(member(piece, "parts"))];
  const data = string(member(piece, "data"));
  return part === undefined || parts === undefined || data === undefined
    ? null
    : { part, parts, data };
}

/** Each item, and after it the pieces that stand in it. */
export function withPiecesApart(items: readonly Json[]): Json[] {
  return items.flatMap((item) => {
    if (!isObject(item) || !Array.isArray(item[KEY])) return [item];
    const { [KEY]: pieces, ...rest } = item;
    return [rest, ...array(pieces).map((piece) => ({ [KEY]: piece }))];
  });
}

/** The inverse: pieces go into the item before them. */
export function withPiecesInside(records: readonly Json[]): Json[] {
  const items: Json[] = [];
  for (const record of records) {
    const last = items.at(-1);
    const piece = isObject(record) && Object.keys(record).length === 1 ? record[KEY] : undefined;
    if (piece === undefined || !isObject(last)) items.push(record);
    else items[items.length - 1] = { ...last, [KEY]: [...array(last[KEY]), piece] };
  }
  return items;
}
