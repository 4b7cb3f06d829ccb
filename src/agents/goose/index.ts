import type { Agent } from "../types.ts";
import { exported } from "./document.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { media } from "./limits.ts";
import { reader } from "./read.ts";
import { recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const goose: Agent = {
  id: "goose",
  name: "Goose",
  aliases: [],
  cutsOff: true,
  keepsSeals: true,
  // SQLite cannot hold them as text.
  wellFormedOnly: true,
  recognises,
  known,
  frames,
  media,
  documents: [exported],
  reader,
  writer,
  tools,
  store,
  launch,
};
