/** The records of Kimi CLI 1.51.0. Others are kept as well; `segue check` lists them. */

import type { Frames, Shape } from "../../session/codec.ts";
import { isObject, string } from "../../session/json.ts";
import { blocks, by, CONTENT, keys } from "../shared/known.ts";
import { TASK_NEWS } from "./marks.ts";

function address(key: string): Shape {
  return keys("type", { [key]: keys("id", { url: CONTENT }) });
}

const part = by("type", {
  text: keys("type", { text: CONTENT }),
  think: keys("type encrypted", { think: CONTENT }),
  image_url: address("image_url"),
  audio_url: address("audio_url"),
  video_url: address("video_url"),
});

/** A text, or a list of parts. */
const content = blocks(part);

const call = keys("type id extras", {
  function: keys("", { name: CONTENT, arguments: CONTENT }),
});

const message = keys("role name partial tool_call_id", { content, tool_calls: { each: call } });

const records: Shape = by("role", {
  _system_prompt: keys("role", { content: CONTENT }),
  _checkpoint: keys("role id"),
  _usage: keys("role token_count"),
  _segue_session: keys("role id cwd title created_at content"),
  _segue_carry: keys("role part parts content"),
  system: message,
  user: message,
  assistant: message,
  tool: message,
});

export const known: Shape = {
  name: (value) => (isObject(value) && string(value.role) === undefined ? "record" : ""),
  of: { "": records },
};

/** What marks a summary, and what its tools say of themselves. */
export const frames: Frames = {
  around: [
    [
      /^<system>(?:Command executed successfully\.|Tool output is empty\.|Previous context has been compacted\. Here is the compaction output:|ERROR: (?:Command failed with exit code: -?\d+\.|([\s\S]*)))<\/system>$/,
      "$1",
    ],
    [TASK_NEWS, "$1"],
  ],
  ends: /^Command failed with exit code: -?\d+\.$/,
};
