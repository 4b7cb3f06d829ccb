/**
 * For `NODE_OPTIONS=--import`: a Codex reader that reads something else each time, so that nothing
 * that is converted to Codex can be verified.
 */
import { agentNamed } from "../../src/agents/registry.ts";
import type { Entry } from "../../src/session/types.ts";

const codex = agentNamed("codex");
const sound = codex.reader.bind(codex);
let n = 0;

codex.reader = () => {
  const reader = sound();
  return {
    header: () => reader.header(),
    read: (record, at) => reader.read(record, at).map(other),
  };
};

function other(entry: Entry): Entry {
  if (entry.kind !== "message") return entry;
  return { ...entry, parts: [...entry.parts, { kind: "text", text: `reading ${n++}` }] };
}
