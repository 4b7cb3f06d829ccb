/** The tool calls a codec has met lately, so that a result can be read in the light of its call. */
import type { Entry, ToolCallPart } from "../../session/types.ts";

/** Results follow their calls closely; a bound keeps memory flat over a file of any length. */
const KEEP = 1024;

export class RecentCalls {
  readonly #calls = new Map<string, ToolCallPart>();

  remember(call: ToolCallPart): void {
    this.#calls.delete(call.callId);
    this.#calls.set(call.callId, call);
    if (this.#calls.size > KEEP) {
      const oldest = this.#calls.keys().next();
      if (!oldest.done) this.#calls.delete(oldest.value);
    }
  }

  rememberAll(entry: Entry): void {
    if (entry.kind !== "message") return;
    for (const part of entry.parts) if (part.kind === "tool-call") this.remember(part);
  }

  get(callId: string): ToolCallPart | undefined {
    return this.#calls.get(callId);
  }
}
