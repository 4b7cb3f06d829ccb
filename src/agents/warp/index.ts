import type { Agent } from "../types.ts";
import { known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader } from "./read.ts";
import { recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const warp: Agent = {
  id: "warp",
  name: "Warp",
  aliases: [],
  claim: {
    read: "vendor-source",
    write: { never: "each of its messages has a payload that only Warp's servers make" },
  },
  recognises,
  known,
  reader,
  writer,
  tools,
  store,
  launch,
};
