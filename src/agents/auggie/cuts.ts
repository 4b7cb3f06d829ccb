/** What the CLI leaves out of a long history, as 0.36.0 does it. */
import type { Cuts } from "../../session/codec.ts";
import { isObject, member } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { typeOf } from "./content.ts";
import { isSummary } from "./document.ts";
import { unwrap } from "./records.ts";

/** In characters of the nodes' JSON. Augment's service can ask for another size. */
const MOST = 2_000_000;

export function cuts(): Cuts {
  return new AuggieCuts();
}

class AuggieCuts implements Cuts {
  /** Of each exchange that is sent. */
  readonly #sizes: number[] = [];
  #isSent = false;

  results(record: Json): number {
    const stored = unwrap(record);
    switch (stored.kind) {
      case "exchange": {
        const { outer, request, response } = stored.exchange;
        this.#isSent = Boolean(outer.completed) && !outer.isHistorySummary;
        if (!this.#isSent) break;
        // What a summary stands for is left out before.
        if (request.some(isSummary)) this.#sizes.length = 0;
        this.#sizes.push(BRACKETS);
        this.#add(request);
        this.#add(response.map(asSent));
        break;
      }
      case "request":
        this.#add(stored.nodes);
        break;
      case "response":
        this.#add([asSent(stored.node)]);
        break;
      default:
        this.#isSent = this.#isSent && stored.kind !== "carry" && stored.kind !== "element";
    }
    return 0;
  }

  #add(nodes: readonly Json[]): void {
    const last = this.#sizes.length - 1;
    if (!this.#isSent || last < 0) return;
    let size = this.#sizes[last] ?? 0;
    for (const node of nodes) size += JSON.stringify(node).length + 1;
    this.#sizes[last] = size;
  }

  /** It makes parts of up to a third of that size, and of four parts or more it sends the last two or three. */
  dropped(): number {
    const starts = [0];
    let size = 0;
    for (const [at, own] of this.#sizes.entries()) {
      if (size + own > MOST / 3) {
        starts.push(at);
        size = 0;
      }
      size += own;
    }
    return starts.length < 4 ? 0 : (starts[2 * Math.floor((starts.length - 2) / 2)] ?? 0);
  }
}

/** Two empty lists, without the comma that each first node is counted with. */
const BRACKETS = 2;

/** When a call began and ended is not sent. */
function asSent(node: Json): Json {
  const call = member(node, "tool_use");
  if (typeOf(node) !== 5 || !isObject(node) || !isObject(call)) return node;
  const { started_at_ms: _, completed_at_ms: __, ...tool_use } = call;
  return { ...node, tool_use };
}
