import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader } from "./read.ts";
import { recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const zed: Agent = {
  id: "zed",
  name: "Zed",
  aliases: ["zed-agent"],
  cutsOff: true,
  keepsSeals: true,
  wellFormedOnly: true,
  recognises,
  known,
  frames,
  media: { images: ["image/png"], imageUrls: false },
  claim: { read: "vendor-source", write: "vendor-source" },
  reader,
  writer,
  tools,
  store,
  launch,
};
