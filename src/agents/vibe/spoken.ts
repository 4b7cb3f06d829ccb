import type { Message, Part } from "../../session/types.ts";

/** What one record of the conversation says. */
export interface Spoken {
  role: Message["role"];
  parts: Part[];
  /** Milliseconds since the epoch. */
  at: number | undefined;
}
