/** The messages of a request to Anthropic, and ways to look at each of their blocks. */
import { type Obj, objs, str } from "./json.ts";
import type { Asked, Violation } from "./protocol.ts";

export interface Message {
  role: string;
  blocks: Obj[];
  /** Where each block was sent: `messages.2.content.0`. */
  places: string[];
  index: number;
}

function blocksOf(content: unknown): Obj[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : objs(content);
}

export function rawMessages(asked: Asked): Message[] {
  return objs(asked.body.messages).map((message, index) => {
    const blocks = blocksOf(message.content);
    const places = blocks.map((_, at) => `messages.${index}.content.${at}`);
    return { role: str(message.role) ?? "", blocks, places, index };
  });
}

/** Consecutive messages of one role are one turn to the API (documented: "will be combined into a single turn"). */
export function turns(asked: Asked): Message[] {
  const merged: Message[] = [];
  for (const message of rawMessages(asked)) {
    const last = merged.at(-1);
    if (last && last.role === message.role) {
      last.blocks.push(...message.blocks);
      last.places.push(...message.places);
    } else {
      merged.push({ ...message, blocks: [...message.blocks], places: [...message.places] });
    }
  }
  return merged;
}

/** The first violation that `look` finds in a content block; `place` names it as the API does. */
export function eachBlock(
  asked: Asked,
  look: (block: Obj, place: string, message: Message) => string | null,
): Violation | null {
  for (const message of rawMessages(asked)) {
    for (const [at, block] of message.blocks.entries()) {
      const found = look(block, message.places[at] ?? "", message);
      if (found !== null) return { message: found };
    }
  }
  return null;
}

/** Every block of a kind, those inside tool results too. */
export function eachDeepBlock(
  asked: Asked,
  look: (block: Obj, place: string) => string | null,
): Violation | null {
  return eachBlock(asked, (block, place) => {
    const own = look(block, place);
    if (own !== null || block.type !== "tool_result") return own;
    for (const [at, inner] of objs(block.content).entries()) {
      const found = look(inner, `${place}.tool_result.content.${at}`);
      if (found !== null) return found;
    }
    return null;
  });
}

export const say = (message: string | null): Violation | null =>
  message === null ? null : { message };
