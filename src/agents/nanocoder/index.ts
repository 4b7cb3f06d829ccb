import type { Agent } from "../types.ts";
import { session } from "./document.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { MOST_RECORDS, media } from "./limits.ts";
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
  mostRecords: MOST_RECORDS,
  reader,
  writer,
  tools,
  store,
  launch,
};
