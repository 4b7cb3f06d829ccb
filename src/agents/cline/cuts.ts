/** What Cline cuts out of long texts in its requests, in their middle. */
import type { Cuts } from "../../session/codec.ts";
import { array, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { longResults, textsIn } from "../shared/cuts.ts";
import { Reads } from "./reads.ts";
import { unwrap } from "./records.ts";

/** In characters, of each text in a result; in an attached file, and in an answer. */
const MOST = 8_000;
const MOST_OF_FILE = 50_000;
const MOST_OF_ANSWER = 200_000;

export function cuts(): Cuts {
  const reads = new Reads();
  const long = longResults(results, MOST)();
  return {
    results: (record) => {
      reads.add(record);
      return long.results(record);
    },
    texts,
    replaced: () => reads.replaced,
  };
}

function results(record: Json): number[] {
  return blocksOf(record, "user").flatMap((block) => {
    if (member(block, "type") !== "tool_result") return [];
    return [Math.max(0, ...textsIn(member(block, "content")).map(({ length }) => length))];
  });
}

function texts(record: Json): number {
  const files = blocksOf(record, "user").filter(
    (block) => member(block, "type") === "file" && sizeOf(block, "content") > MOST_OF_FILE,
  );
  const said = blocksOf(record, "assistant").filter(
    (block) => member(block, "type") === "text" && sizeOf(block, "text") > MOST_OF_ANSWER,
  );
  return files.length + said.length;
}

function sizeOf(block: Json, key: string): number {
  return string(member(block, key))?.length ?? 0;
}

function blocksOf(record: Json, role: string): Json[] {
  const stored = unwrap(record);
  if (stored.kind !== "message" || stored.message.role !== role) return [];
  return array(stored.message.content);
}
