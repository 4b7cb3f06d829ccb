import type { Agent } from "../types.ts";
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
  proven: null,
  recognises,
  takesReasoning: true,
  reader,
  writer,
  tools,
  store,
  launch,
};
