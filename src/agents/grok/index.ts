import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { media } from "./limits.ts";
import { reader } from "./read.ts";
import { recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const grok: Agent = {
  id: "grok",
  name: "Grok Build",
  aliases: ["grok-build"],
  // Notifications say again what the chat history says, see README.md.
  restates: true,
  cutsOff: true,
  keepsSeals: true,
  // It does not open the session [run].
  wellFormedOnly: true,
  media,
  recognises,
  known,
  frames,
  reader,
  writer,
  tools,
  store,
  launch,
};
