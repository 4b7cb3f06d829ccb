import type { Agent } from "../types.ts";
import { cuts } from "./cuts.ts";
import { session } from "./document.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { media } from "./limits.ts";
import { reader } from "./read.ts";
import { recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const auggie: Agent = {
  id: "auggie",
  name: "Auggie",
  aliases: ["augment"],
  documents: [session],
  media,
  cuts,
  keepsSeals: true,
  cutsOff: true,
  recognises,
  known,
  frames,
  reader,
  writer,
  tools,
  store,
  launch,
};
