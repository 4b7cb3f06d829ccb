/** The blocks of a history, as 0.86.2 writes it. */
import type { Shape } from "../../session/codec.ts";
import { by, CONTENT, keys } from "../shared/known.ts";

const HOW = "aider raw bytes eol";
const aside = keys(`${HOW} text part parts`);

export const known: Shape = by("aider", {
  session: keys("aider id cwd"),
  started: aside,
  user: keys(HOW, { text: CONTENT }),
  assistant: keys(`${HOW} plain`, { text: CONTENT }),
  long: keys(HOW, { text: CONTENT }),
  output: aside,
  blank: aside,
  id: aside,
  title: aside,
  carry: aside,
});
