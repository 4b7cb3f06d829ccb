/** The records of Mistral Vibe 3.0.2 and 2.26.1. Others are kept as well; `segue check` lists them. */
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject } from "../../session/json.ts";
import { blocks, by, CONTENT, keys } from "../shared/known.ts";
import { restatedIn } from "./compaction.ts";
import { unwrap } from "./records.ts";

const source: Shape = keys("kind path", { data: CONTENT });

const block: Shape = by("type", {
  text: keys("type _meta annotations", { text: CONTENT }),
  image: keys("type mimeType mime_type _meta annotations uri file_fallback", {
    data: CONTENT,
    attachment: keys("alias mimeType", { source }),
  }),
  resource: keys("type _meta annotations", {
    resource: keys("uri mimeType _meta", { text: CONTENT, blob: CONTENT }),
  }),
  reasoning: keys("type _meta", {
    content: { each: keys("type annotations data", { text: CONTENT }) },
  }),
  tool_call: keys("type id name _meta arguments_json", {
    arguments: keys("type value error", { raw: CONTENT }),
  }),
});

/** A text, or a list of blocks; and what 2.x leaves of a conversation, which is taken apart. */
const content: Shape = {
  name: (value) => (restatedIn(value) === null ? "" : "restated"),
  of: { "": blocks(block), restated: true },
};

const call = keys("id index type presentation", {
  function: keys("", { name: CONTENT, arguments: CONTENT }),
});

const message = keys(
  "role injected message_id reasoning_message_id reasoning_signature reasoning_state reasoning_payloads name tool_call_id tool_result outcome context_boundary user_display_content input_text manual_shell",
  {
    content,
    reasoning_content: CONTENT,
    tool_calls: { each: call },
    images: { each: keys("alias mime_type path", { data: CONTENT, source }) },
    resources: { each: CONTENT },
  },
);

const session = keys(
  "session_id parent_session_id start_time git_commit git_branch environment origin_directory title title_source store",
);

const kinds: { readonly [kind: string]: Shape } = {
  session: keys("", { session }),
  message,
  item: keys("source turn_index", { message }),
  shown: keys("shown"),
  journal: keys(
    "payload previous_record_sha256 record_sha256 recovery_journal_record_version sequence type",
  ),
  turn: keys("turn"),
  notice: keys("", {
    notice: keys("preceding_steers type", {
      notification: keys("id level source", { message: CONTENT, content: { each: block } }),
    }),
  }),
  carry: keys("segue_carry"),
  line: keys("line base64 torn encoding"),
};

export const known: Shape = {
  name: (value) => (isObject(value) ? unwrap(value).kind : "record"),
  of: kinds,
};

/** What is put around an error and a summary. */
export const frames: Frames = {
  around: [
    [/^<tool_error>(?:Return code: -?\d+\n)?([\s\S]*)<\/tool_error>$/, "$1"],
    [
      /^(?:<\/previous_user_messages>\n\n)?Here is a summary of what has happened so far:\n\n<compaction_summary>\n([\s\S]*)\n<\/compaction_summary>$/,
      "$1",
    ],
  ],
};
