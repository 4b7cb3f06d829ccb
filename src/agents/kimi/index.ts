import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader, recognises } from "./read.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const kimi: Agent = {
  id: "kimi",
  name: "Kimi Code",
  aliases: ["kimi-code"],
  // The same is said again for the CLI's own engine, see README.md.
  restates: true,
  keepsSeals: true,
  // Moonshot's API takes no addresses (its documentation); other types of images end in an error.
  media: { imageUrls: false },
  sessionId: (uuid) => `session_${uuid}`,
  recognises,
  known,
  frames,
  reader,
  writer,
  tools,
  store,
  launch,
};
