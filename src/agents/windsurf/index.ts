import type { Agent } from "../types.ts";
import { known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader } from "./read.ts";
import { recognises } from "./steps.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const windsurf: Agent = {
  id: "windsurf",
  name: "Windsurf",
  aliases: ["cascade"],
  claim: {
    read: "third-party",
    write: {
      never: "its own store is encrypted, and no source shows that it reads a transcript again",
    },
  },
  recognises,
  known,
  reader,
  writer,
  tools,
  store,
  launch,
};
