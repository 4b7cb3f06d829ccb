import { known } from "../shared/claude/known.ts";
import { allowances, media } from "../shared/claude/limits.ts";
import { reader } from "../shared/claude/read.ts";
import { tools } from "../shared/claude/tools.ts";
import { spent } from "../shared/claude/usage.ts";
import { recognises, writer } from "../shared/claude/write.ts";
import type { Agent } from "../types.ts";
import { launch } from "./launch.ts";
import { store } from "./store.ts";

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
