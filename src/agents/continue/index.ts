import type { Agent } from "../types.ts";
import { session } from "./document.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { media } from "./limits.ts";
import { reader, recognises } from "./read.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

// The id is a word of the language.
export const continueCli: Agent = {
  id: "continue",
  name: "Continue",
  aliases: ["cn", "continue-cli"],
  recognises,
  known,
  frames,
  documents: [session],
  media,
  cutsOff: true,
  reader,
  writer,
  tools,
  store,
  launch,
};
