import type { Agent } from "../types.ts";
import { known } from "./known.ts";
import { launch } from "./launch.ts";
import { allowances, media } from "./limits.ts";
import { reader } from "./read.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { spent } from "./usage.ts";
import { recognises, writer } from "./write.ts";

export const claudeCode: Agent = {
  id: "claude-code",
  keepsSeals: true,
  media,
  name: "Claude Code",
  aliases: ["claude", "cc"],
  recognises,
  known,
  allowances,
  spent,
  reader,
  writer,
  tools,
  store,
  launch,
};
