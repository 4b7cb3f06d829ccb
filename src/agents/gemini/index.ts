import type { Agent } from "../types.ts";
import { documents } from "./document.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { media } from "./limits.ts";
import { reader, recognises } from "./read.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const gemini: Agent = {
  id: "gemini",
  name: "Gemini CLI",
  aliases: ["gemini-cli", "google"],
  recognises,
  known,
  frames,
  documents,
  restates: true,
  media,
  reader,
  writer,
  tools,
  store,
  launch,
};
