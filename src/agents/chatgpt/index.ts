import type { Agent } from "../types.ts";
import { conversation } from "./document.ts";
import { known } from "./known.ts";
import { launch } from "./launch.ts";
import { reader, recognises } from "./read.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const chatgpt: Agent = {
  id: "chatgpt",
  name: "ChatGPT",
  aliases: [],
  claim: {
    read: "third-party",
    write: { never: "its conversations are stored on OpenAI's servers, and it imports none" },
  },
  recognises,
  known,
  documents: [conversation],
  reader,
  writer,
  tools,
  store,
  launch,
};
