import type { Agent } from "../types.ts";
import { known } from "./known.ts";
import { launch } from "./launch.ts";
import { media } from "./limits.ts";
import { reader } from "./read.ts";
import { recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const vibe: Agent = {
  id: "vibe",
  name: "Mistral Vibe",
  aliases: ["mistral-vibe", "mistral"],
  cutsOff: true,
  media,
  recognises,
  known,
  reader,
  writer,
  tools,
  store,
  launch,
};
