/**
 * The first line of a session's file: the title, in 256 bytes with the line feed, so that it can be
 * rewritten in place. Facts: README.md.
 */
import type { Json, JsonObject } from "../../session/types.ts";

const BYTES = 256;

/** `source`: oh-my-pi's own titles do not replace the user's. */
export function titleSlot(title: string, updatedAt: string): Json {
  const fitting = shortened(title, updatedAt);
  const pad = " ".repeat(Math.max(0, BYTES - sizeOf(fitting, updatedAt)));
  return slot(fitting, updatedAt, pad);
}

/** As much of it as fits, in whole characters. */
function shortened(title: string, updatedAt: string): string {
  let room = BYTES - sizeOf("", updatedAt);
  // With a title, the line has its source, too.
  if (title !== "") room = BYTES - sizeOf("x", updatedAt) + 1;
  let fitting = "";
  for (const character of title) {
    const bytes = Buffer.byteLength(JSON.stringify(character)) - 2;
    if (bytes > room) break;
    room -= bytes;
    fitting += character;
  }
  return fitting;
}

function slot(title: string, updatedAt: string, pad: string): JsonObject {
  const source = title === "" ? {} : { source: "user" };
  return { type: "title", v: 1, title, ...source, updatedAt, pad };
}

function sizeOf(title: string, updatedAt: string): number {
  return Buffer.byteLength(JSON.stringify(slot(title, updatedAt, ""))) + 1;
}
