import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { contextTokens, reader, spent } from "./read.ts";
import { recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const muse: Agent = {
  id: "muse",
  name: "Muse Code",
  aliases: ["muse-code"],
  claim: { read: "third-party", write: "third-party" },
  cutsOff: true,
  restates: true,
  // How it stores a picture is in no source.
  media: { images: [], imageUrls: false, resultImages: false },
  wellFormedOnly: true,
  // A run repeats its prompt.
  recognises,
  known,
  frames,
  spent,
  contextTokens,
  reader,
  writer,
  tools,
  store,
  launch,
};
