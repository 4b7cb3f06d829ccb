import type { Agent } from "../types.ts";
import { recognises, thread } from "./document.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader } from "./read.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const amp: Agent = {
  id: "amp",
  name: "Amp",
  aliases: [],
  claim: {
    read: "vendor-code",
    write: {
      never:
        "its threads are stored on Amp's servers, and `amp threads import` takes only sessions of Claude Code and Codex",
    },
  },
  recognises,
  known,
  frames,
  documents: [thread],
  reader,
  writer,
  tools,
  store,
  launch,
};
