import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader } from "./read.ts";
import { recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const mastracode: Agent = {
  id: "mastracode",
  name: "Mastra Code",
  aliases: ["mastra"],
  cutsOff: true,
  keepsSeals: true,
  wellFormedOnly: true,
  recognises,
  known,
  frames,
  media: { documents: ["application/pdf"] },
  reader,
  writer,
  tools,
  store,
  launch,
};
