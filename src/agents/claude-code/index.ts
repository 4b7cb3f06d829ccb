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
  proven: { version: "2.1.197", date: "2026-11-21" },
  recognises,
  reader,
  writer,
  tools,
  store,
  launch,
};
