/** The keys of Nanocoder's sessions that this folder knows: those of 1.30.0. */
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject, member } from "../../session/json.ts";
import { by, CONTENT, keys } from "../shared/known.ts";
import { carryIn } from "../shared/pieces.ts";
import { isHead } from "./document.ts";

const call = keys("id", { function: keys("", { name: CONTENT, arguments: CONTENT }) });

const image = keys("mediaType source", { data: CONTENT });

const message = by("role", {
  user: keys("role", { content: CONTENT, images: { each: image } }),
  assistant: keys("role", { content: CONTENT, reasoning: CONTENT, tool_calls: { each: call } }),
  tool: keys("role name tool_call_id isError", {
    content: CONTENT,
    structuredContent: CONTENT,
  }),
  system: keys("role", { content: CONTENT }),
});

export const known: Shape = {
  name(record) {
    if (isHead(record)) return "session";
    if (carryIn(record)) return "carry";
    if (isObject(member(record, "spelling"))) return "spelling";
    return isObject(record) ? "message" : "unknown";
  },
  of: {
    session: keys(
      "id title createdAt lastAccessedAt messageCount provider model workingDirectory titleManuallySet messages",
    ),
    carry: true,
    spelling: true,
    message,
  },
};

/** What its shell tool puts before an output, and what is put around a summary. */
export const frames: Frames = {
  around: [
    [/^EXIT_CODE: -?\d+\n/, ""],
    [
      /^<conversation-summary>\n([\s\S]*)\n<\/conversation-summary>\n\n\(The above is an automated summary of earlier conversation\. Continue from the most recent message\.\)$/,
      "$1",
    ],
  ],
  ends: /^EXIT_CODE: -?\d+$/,
};
