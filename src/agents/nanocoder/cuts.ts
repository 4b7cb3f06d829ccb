/** What Nanocoder leaves out of its requests: the middle of a long result, and the oldest of many messages. */
import type { Cuts } from "../../session/codec.ts";
import { member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";

/** In characters, a command's exit code among them. */
const MOST_OF_RESULT = 20_000;
/** Unless `sessions.maxMessages` is set. */
const MOST_MESSAGES = 1000;

export function cuts(): Cuts {
  return new NanocoderCuts();
}

class NanocoderCuts implements Cuts {
  #messages = 0;

  results(record: Json): number {
    const role = string(member(record, "role"));
    if (role === undefined) return 0;
    this.#messages++;
    const content = string(member(record, "content")) ?? "";
    return role === "tool" && content.length > MOST_OF_RESULT ? 1 : 0;
  }

  dropped(): number {
    return Math.max(0, this.#messages - MOST_MESSAGES);
  }
}
