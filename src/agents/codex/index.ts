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
  known,
  reader,
  writer,
  tools,
  store,
  launch,
};
