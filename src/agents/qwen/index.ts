import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader } from "./read.ts";
import { recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const qwen: Agent = {
  id: "qwen",
  name: "Qwen Code",
  aliases: ["qwen-code", "qwencode"],
  recognises,
  known,
  frames,
  takesReasoning: true,
  // `--resume` accepts only UUIDs of versions 1 to 5 as ids; others are looked up as titles.
  sessionId: (uuid) => `${uuid.slice(0, 14)}4${uuid.slice(15)}`,
  reader,
  writer,
  tools,
  store,
  launch,
};
