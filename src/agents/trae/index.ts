import type { Agent } from "../types.ts";
import { known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader } from "./read.ts";
import { recognises } from "./records.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const trae: Agent = {
  id: "trae",
  name: "Trae",
  aliases: ["trae-cn"],
  claim: {
    read: "third-party",
    write: {
      never:
        "no source shows that it opens what it has not written, and newer versions encrypt their sessions",
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
