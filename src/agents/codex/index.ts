import type { Agent } from "../types.ts";
import { cuts } from "./cuts.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { allowances } from "./limits.ts";
import { reader } from "./read.ts";
import { contextTokens, recognises, spent } from "./records.ts";
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
  spent,
  allowances,
  // Its parser skips such a line without a word [run].
  wellFormedOnly: true,
  // For all other types, and for images that it would have to fetch, 0.169.0 says "image content
  // omitted", and it drops a message that contains a document [run]. It scales large images down
  // itself.
  // Its API takes them from the user only, so the writer puts a picture of an answer into a message of the user.s.
  media: {
    answerImages: true,
    images: ["image/png", "image/jpeg", "image/gif", "image/webp"],
    imageUrls: false,
  },
  cuts,
  known,
  frames,
  reader,
  writer,
  tools,
  store,
  launch,
};
