import { allowances, media } from "../shared/claude/limits.ts";
import { tools } from "../shared/claude/tools.ts";
import { spent } from "../shared/claude/usage.ts";
import type { Agent } from "../types.ts";
import { known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader, recognises } from "./read.ts";
import { store } from "./store.ts";
import { writer } from "./write.ts";

export const claudeDesktop: Agent = {
  id: "claude-desktop",
  name: "Claude Desktop",
  aliases: ["cowork"],
  claim: {
    read: "third-party",
    write: {
      never: "its app keeps a signed log beside each session, which nobody else can write",
    },
  },
  recognises,
  known,
  media,
  allowances,
  spent,
  reader,
  writer,
  tools,
  store,
  launch,
};
