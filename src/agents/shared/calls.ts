/** The open tool calls that a codec has met: a result is read using its call. */
import type { ToolCallPart } from "../../session/types.ts";

/** Limits memory for a session that never answers its calls: inputs can be large. */
const KEEP = 256;

export class OpenCalls {
  readonly #calls = new Map<string, ToolCallPart>();
  #answered: string[] = [];

  get(callId: string): ToolCallPart | undefined {
    return this.#calls.get(callId);
  }

  add(call: ToolCallPart): void {
    for (const callId of this.#answered) this.#calls.delete(callId);
    this.#answered = [];
    this.#calls.set(call.callId, call);
    const oldest = this.#calls.keys().next();
    if (this.#calls.size > KEEP && !oldest.done) this.#calls.delete(oldest.value);
  }

  /** The call is kept until the next one: more about it may follow its result. */
  answer(callId: string): void {
    this.#answered.push(callId);
  }
}
