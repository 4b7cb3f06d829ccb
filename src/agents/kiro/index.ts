import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader, spent } from "./read.ts";
import { recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const kiro: Agent = {
  id: "kiro",
  name: "Kiro",
  aliases: ["kiro-cli", "kiro-ide", "amazon-q"],
  claim: { read: "vendor-source", write: "vendor-source" },
  cutsOff: true,
  // A line with half of a surrogate pair is no JSON to it, and is skipped.
  wellFormedOnly: true,
  media: { images: ["image/gif", "image/jpeg", "image/png", "image/webp"], imageUrls: false },
  recognises,
  known,
  frames,
  spent,
  reader,
  writer,
  tools,
  store,
  launch,
};
