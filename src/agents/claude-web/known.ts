/** The keys of exports that this folder knows: see README.md for where they were seen. */
import type { Shape } from "../../session/codec.ts";
import { isObject, member } from "../../session/json.ts";
import { blocks, by, CONTENT, keys } from "../shared/known.ts";
import { isConversation, leafIn, messageIn } from "./document.ts";

const TIMES = "type start_timestamp stop_timestamp flags";

/** What a tool gave: an old export may have a text alone. */
const output = blocks(
  by("type", {
    text: keys("type uuid", { text: CONTENT }),
    knowledge: keys("type metadata is_missing is_citable prompt_context_metadata links citations", {
      title: CONTENT,
      url: CONTENT,
      text: CONTENT,
    }),
    image: keys("type file_uuid", { source: keys("type media_type", { data: CONTENT }) }),
  }),
);

const SHOWN =
  "message integration_name integration_icon_url tool_identifier icon_name context display_content approval_options " +
  "approval_key approval_key_legacy is_mcp_app hidden_in_chat mcp_server_url meta structured_content";

const block = by("type", {
  text: keys(`${TIMES} citations`, { text: CONTENT }),
  // The summaries are for the screen: each is a line about what the text says.
  thinking: keys(`${TIMES} summaries cut_off truncated alternative_display_type`, {
    thinking: CONTENT,
    signature: true,
  }),
  tool_use: keys(`${TIMES} id name ${SHOWN}`, { input: CONTENT }),
  tool_result: keys(`${TIMES} tool_use_id name is_error ${SHOWN}`, { content: output }),
  token_budget: true,
});

const MESSAGE =
  "uuid sender index created_at updated_at parent_message_uuid truncated stop_reason files_v2 sync_sources input_mode";

const file = keys("file_uuid file_kind created_at", { file_name: CONTENT });
const said = {
  attachments: {
    each: keys("id file_size file_type created_at", {
      file_name: CONTENT,
      extracted_content: CONTENT,
    }),
  },
  files: { each: file },
} as const;

export const known: Shape = {
  name(record) {
    if (isConversation(record)) return "conversation";
    if (leafIn(record) !== null) return "leaf";
    if (isObject(member(record, "spelling"))) return "spelling";
    const message = messageIn(record);
    if (!message) return "unknown";
    const { content } = message;
    return Array.isArray(content) && content.length > 0 ? "message" : "plain";
  },
  of: {
    conversation: keys(
      "uuid name summary created_at updated_at account chat_messages current_leaf_message_uuid model settings is_starred " +
        "is_temporary platform project project_uuid",
    ),
    leaf: true,
    spelling: true,
    // Beside blocks, the text repeats theirs.
    message: keys(`${MESSAGE} text`, { content: { each: block }, ...said }),
    plain: keys(MESSAGE, { text: CONTENT, content: CONTENT, ...said }),
  },
};
