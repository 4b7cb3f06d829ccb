/** Parts of messages in the form in which the target's model can be sent them. */
import type { Agent } from "../../agents/types.ts";
import { otherPart } from "../../session/other.ts";
import { renderPart } from "../../session/render.ts";
import { reasoningAsText } from "../../session/text.ts";
import type { Part, ReasoningPart, ResultPart, ToolResultPart } from "../../session/types.ts";
import type { LossCode } from "../report/losses.ts";
import type { Counts } from "./counts.ts";
import { Demotion } from "./demote.ts";

/** How the target's CLI treats reasoning and media. */
export type Taking = Pick<
  Agent,
  "takesReasoning" | "keepsSeals" | "takesTools" | "media" | "wellFormedOnly" | "lineEnds"
>;

export class Parts {
  readonly #takesReasoning: boolean;
  readonly #keepsSeals: boolean;
  readonly #omitsReasoning: boolean;
  readonly #demotion: Demotion;
  readonly #counts: Counts;
  readonly #lose: (code: LossCode) => void;
  /** The number of characters of text that are sent. */
  chars = 0;

  constructor(
    { takesReasoning = false, keepsSeals = false, media = {} }: Taking,
    { own, omitsReasoning }: { own: boolean; omitsReasoning: boolean },
    counts: Counts,
    lose: (code: LossCode) => void,
  ) {
    this.#takesReasoning = takesReasoning;
    this.#omitsReasoning = !own && omitsReasoning;
    this.#keepsSeals = own && keepsSeals;
    this.#counts = counts;
    this.#lose = lose;
    this.#demotion = new Demotion(media, own, (code) => this.#lose(code));
  }

  /** A part of a message; `isUser`: the user's, else the assistant's. */
  message(part: Part, isUser: boolean): Part[] {
    switch (part.kind) {
      case "text":
        this.chars += part.text.length;
        return part.text.trim() === "" ? [] : [part];
      case "reasoning":
        return this.#reasoning(part);
      case "image":
      case "file":
      case "other":
      case "unread": {
        const sent = this.#demotion.part(part, isUser ? "user" : "assistant");
        for (const one of sent) this.#count(one);
        return sent.filter((one) => one.kind !== "text" || one.text.trim() !== "");
      }
      // Not in place of a call or a result: the target's API does not accept it there.
      case "tool-call":
      case "tool-result": {
        const type = part.kind;
        const text = renderPart(part, "full");
        return this.message(otherPart(type, null, { known: true, text }), isUser);
      }
    }
  }

  /** The contents of a tool's result. */
  result({ content, isError }: ToolResultPart): ResultPart[] {
    const said = content.filter((part) => !isNothing(part));
    const place = isError || said.length > 1 ? "mixed" : "result";
    const sent = content.flatMap((item) => this.#demotion.part(item, place));
    for (const part of sent) this.#count(part);
    return sent.filter((part) => part.kind !== "text" || part.text !== "");
  }

  #count(part: ResultPart): void {
    if (part.kind === "image") this.#counts.images++;
    if (part.kind === "file") this.#counts.documents++;
    if (part.kind === "text") this.chars += part.text.length;
  }

  #reasoning(part: ReasoningPart): Part[] {
    if (this.#keepsSeals) {
      this.#counts.reasoning++;
      this.chars += part.text.length;
      return [part];
    }
    if (this.#omitsReasoning) {
      this.#lose("reasoning-omitted");
      return [];
    }
    if (part.text.trim() === "") {
      this.#lose("reasoning-sealed");
      return [];
    }
    this.#counts.reasoning++;
    this.chars += part.text.length;
    if (this.#takesReasoning) {
      if (part.seal !== undefined) this.#lose("reasoning-unsealed");
      return [{ kind: "reasoning", text: part.text }];
    }
    this.#lose("reasoning-as-text");
    return [{ kind: "text", text: reasoningAsText(part.text) }];
  }
}

function isNothing(part: ResultPart): boolean {
  return part.kind === "unread" || (part.kind === "text" && part.text === "");
}
