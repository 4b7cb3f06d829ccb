import type { Agent } from "../types.ts";
import { cuts } from "./cuts.ts";
import { session } from "./document.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { media } from "./limits.ts";
import { reader, recognises } from "./read.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const nanocoder: Agent = {
  id: "nanocoder",
  name: "Nanocoder",
  aliases: ["nc"],
  recognises,
  known,
  frames,
  documents: [session],
  media,
  cutsOff: true,
  cuts,
  reader,
  writer,
  tools,
  store,
  launch,
};
