import type { Agent } from "../types.ts";
import { frames, known } from "./known.ts";
import { launch } from "./launch.ts";
import { allowances } from "./limits.ts";
import { reader, recognises } from "./read.ts";
import { store } from "./store.ts";
import { tools } from "./tools.ts";
import { writer } from "./write.ts";

export const copilot: Agent = {
  id: "copilot",
  name: "Copilot CLI",
  aliases: ["gh", "github-copilot", "copilot-cli"],
  cutsOff: true,
  // 1.0.102 with Anthropic Messages and OpenAI Responses. Of a tool's result, it sends only the
  // text. After a resume, it sends no image from a tool, not even its own (1.0.102 [run]).
  media: { documents: ["application/pdf"], resultImages: false },
  recognises,
  known,
  allowances,
  frames,
  reader,
  writer,
  tools,
  store,
  launch,
};
