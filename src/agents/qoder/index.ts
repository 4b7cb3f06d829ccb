import { knownOf } from "../shared/claude/known.ts";
import { reader } from "../shared/claude/read.ts";
import { QODERS } from "../shared/claude/signs.ts";
import { tools } from "../shared/claude/tools.ts";
import { spent } from "../shared/claude/usage.ts";
import { recognises, writer } from "../shared/claude/write.ts";
import type { Agent } from "../types.ts";
import { QODER } from "./dialect.ts";
import { launch } from "./launch.ts";
import { store } from "./store.ts";

export const qoder: Agent = {
  id: "qoder",
  name: "Qoder",
  aliases: ["qodercli"],
  claim: { read: "vendor-source", write: "vendor-code" },
  recognises,
  known: knownOf(QODERS, "requiresActiveLeafCommit"),
  spent,
  reader: () => reader(QODER),
  writer: (options) => writer(QODER, options),
  tools,
  store,
  launch,
};
