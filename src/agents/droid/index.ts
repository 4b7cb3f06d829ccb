import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader, recognises } from "./read.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const droid: Agent = {
  id: "droid",
  name: "Factory Droid",
  aliases: ["factory"],
  keepsSeals: true,
  cutsOff: true,
  // 0.225.2 with Anthropic Messages; of a tool's result it sends no documents.
  media: { documents: ["application/pdf", "text/plain"] },
  recognises,
  known,
  frames,
  reader,
  writer,
  tools,
  store,
  launch,
};
