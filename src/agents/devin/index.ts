import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader } from "./read.ts";
import { recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const devin: Agent = {
  id: "devin",
  name: "Devin",
  aliases: ["devin-cli"],
  cutsOff: true,
  keepsSeals: true,
  wellFormedOnly: true,
  recognises,
  known,
  frames,
  media: { images: ["image/png", "image/jpeg", "image/gif", "image/webp"], imageUrls: false },
  claim: { read: "third-party", write: "third-party" },
  reader,
  writer,
  tools,
  store,
  launch,
};
