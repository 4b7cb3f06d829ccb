/** The columns of Hermes's rows that this folder knows: those of version 22 of its database (0.19.0), and those that its source has for version 30. */
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject, printed } from "../../session/json.ts";
import { blocks, by, CONTENT, keys } from "../shared/known.ts";
import {
  carryIn,
  isMessage,
  isSession,
  MESSAGE_COLUMNS,
  MESSAGE_UNTOLD,
  SESSION_COLUMNS,
  SESSION_UNTOLD,
} from "./records.ts";

const block = by("type", {
  text: keys("type", { text: CONTENT }),
  image_url: keys("type", { image_url: CONTENT }),
});

/** A text alone, or a list of blocks. */
const content = blocks(block);

const call = keys("id call_id response_item_id type extra_content index", {
  function: keys("", { name: CONTENT, arguments: CONTENT }),
});

/** As the list that it is, or as text where it is not what Python would print. */
const calls = blocks(call);

const ROW = [...MESSAGE_COLUMNS, ...MESSAGE_UNTOLD].join(" ");
const said = keys(ROW, { content, api_content: CONTENT });

export const known: Shape = {
  name(record) {
    if (isSession(record)) return "session";
    if (carryIn(record)) return "carry";
    return isObject(record) && isMessage(record) ? printed(record.role ?? "") : "unknown";
  },
  of: {
    session: keys([...SESSION_COLUMNS, ...SESSION_UNTOLD].join(" ")),
    carry: true,
    user: said,
    assistant: keys(ROW, {
      content,
      api_content: CONTENT,
      reasoning: CONTENT,
      reasoning_content: CONTENT,
      tool_calls: calls,
    }),
    tool: keys(ROW, { content }),
    system: said,
    developer: said,
    function: said,
    // Of no API's: Hermes leaves it out.
    session_meta: true,
  },
};

/** What is put before a summary. */
export const frames: Frames = { around: [[/^\s*\[CONTEXT SUMMARY\]:/, ""]] };
