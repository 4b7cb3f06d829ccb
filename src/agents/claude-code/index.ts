import type { Agent } from "../types.ts";
import { launch } from "./launch.ts";
import { reader } from "./read.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { recognises, writer } from "./write.ts";

export const claudeCode: Agent = {
  id: "claude-code",
  name: "Claude Code",
  aliases: ["claude", "cc"],
  recognises,
  reader,
  writer,
  tools,
  store,
  launch,
};
