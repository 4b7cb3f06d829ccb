import { knownOf } from "../shared/claude/known.ts";
import { allowances, media } from "../shared/claude/limits.ts";
import { reader } from "../shared/claude/read.ts";
import { isQoders } from "../shared/claude/signs.ts";
import { tools } from "../shared/claude/tools.ts";
import { spent } from "../shared/claude/usage.ts";
import { recognises, writer } from "../shared/claude/write.ts";
import type { Agent } from "../types.ts";
import { CLAUDE } from "./dialect.ts";
import { launch } from "./launch.ts";
import { store } from "./store.ts";

export const claudeCode: Agent = {
  id: "claude-code",
  keepsSeals: true,
  media,
  name: "Claude Code",
  aliases: ["claude", "cc"],
  recognises: (record) => recognises(record) && !isQoders(record),
  known: knownOf(),
  allowances,
  spent,
  reader: () => reader(CLAUDE),
  writer: (options) => writer(CLAUDE, options),
  tools,
  store,
  launch,
};
