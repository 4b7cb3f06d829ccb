/** Tool calls and results for a model that has no tools: as text, in their places. */
import { callAsText, resultHeading } from "../../session/text.ts";
import type { Message, ResultPart, TextPart, ToolCallPart } from "../../session/types.ts";
import type { LossCode } from "../report/losses.ts";
import type { Parts } from "./parts.ts";

export class CallTexts {
  readonly #parts: Parts;
  readonly #lose: (code: LossCode) => void;
  /** The tool's name, by the call's id. */
  readonly #names = new Map<string, string>();

  constructor(parts: Parts, lose: (code: LossCode) => void) {
    this.#parts = parts;
    this.#lose = lose;
  }

  call({ callId, name, input }: ToolCallPart): TextPart {
    this.#names.set(callId, name);
    this.#lose("call-as-text");
    return this.#text(callAsText(name, input));
  }

  /**
   * What the tools gave is in the user's role: a model must not take it for its own words. A result
   * without a call is sent like any other.
   */
  results(entry: Message): Message {
    const parts = entry.parts.flatMap((part): ResultPart[] => {
      if (part.kind !== "tool-result") {
        return this.#parts.message(part, true).filter((one) => one.kind === "text");
      }
      this.#lose("result-as-text");
      const heading = resultHeading(this.#names.get(part.callId), part.isError);
      const [first, ...rest] = this.#parts.result(part);
      if (first?.kind !== "text") return [this.#text(heading), ...(first ? [first] : []), ...rest];
      return [this.#text(`${heading}\n${first.text}`), ...rest];
    });
    return { ...entry, role: "user", told: true, parts };
  }

  #text(text: string): TextPart {
    this.#parts.chars += text.length;
    return { kind: "text", text };
  }
}
