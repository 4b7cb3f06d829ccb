import type { Agent } from "../types.ts";
import { known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader } from "./read.ts";
import { contextTokens, recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const codex: Agent = {
  id: "codex",
  keepsSeals: true,
  name: "Codex",
  aliases: ["cx"],
  recognises,
  contextTokens,
  // 0.169.0 says "image content omitted" of all others, and of those that it would have to fetch, and
  // drops a message that has a document [run]. Large images it makes smaller itself.
  media: {
    images: ["image/png", "image/jpeg", "image/gif", "image/webp"],
    imageUrls: false,
  },
  known,
  reader,
  writer,
  tools,
  store,
  launch,
};
