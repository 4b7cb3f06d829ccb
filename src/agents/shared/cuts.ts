/** For CLIs that send no more than so much of a tool's result. */
import type { Cuts } from "../../session/codec.ts";
import type { Json } from "../../session/types.ts";

/** `sizes`: of the results in a record, in whatever the CLI measures them. */
export function longResults(sizes: (record: Json) => readonly number[], most: number): () => Cuts {
  return () => ({ results: (record) => sizes(record).filter((size) => size > most).length });
}

/** All texts in a value, as they would be sent: not what an image holds. */
export function textsIn(value: Json | undefined): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== "object" || value === null || value.type === "image") return [];
  return Object.values(value).flatMap(textsIn);
}
