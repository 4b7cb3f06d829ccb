import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader, recognises } from "./read.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const gptme: Agent = {
  id: "gptme",
  name: "gptme",
  aliases: [],
  keepsSeals: true,
  // Images are files beside the log, which a record only names.
  media: { images: [], imageUrls: false, resultImages: false },
  cutsOff: true,
  wellFormedOnly: true,
  recognises,
  known,
  frames,
  reader,
  writer,
  tools,
  store,
  launch,
};
