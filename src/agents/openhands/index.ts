import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader } from "./read.ts";
import { recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const openhands: Agent = {
  id: "openhands",
  name: "OpenHands",
  aliases: ["openhands-cli", "oh"],
  // A folder's name: the UUID without its hyphens.
  sessionId: (uuid) => uuid.replaceAll("-", ""),
  wellFormedOnly: true,
  recognises,
  known,
  frames,
  reader,
  writer,
  tools,
  store,
  launch,
};
