/** The records and keys of Devin CLI 3000.3 to 3000.10 that other tools' readers and captures name. */
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject, printed } from "../../session/json.ts";
import { by, CONTENT, keys } from "../shared/known.ts";
import { unwrap } from "./records.ts";

const image = keys("height width mime_type media_type", { base64_data: CONTENT });

const block = by("type", {
  text: keys("type", { text: CONTENT }),
  image: keys("type height width mime_type media_type", { base64_data: CONTENT }),
});

const content: Shape = {
  name: (value) => (Array.isArray(value) ? "" : "text"),
  of: { "": { each: block }, text: CONTENT },
};

/** Copies for the screen, and facts about a run. The carry is Segue's own. */
const EXTENSIONS =
  `chisel/tool_result_meta chisel/tool_call_timing chisel/tool_call_content chisel/undo
  chisel/terminal_output chisel/acp-content-blocks chisel/client-message-id agent-ext/title-source-text
  agent-ext/rules-loaded agent-ext/skills-loaded affogato/cog-context devin-rs/summary compact/prior_node_ids
  subagent/chain_node_id subagent/agent_id subagent/profile_name subagent/model segue/carry`.replace(
    /\s+/g,
    " ",
  );

const metadata = keys(
  `num_tokens is_user_input request_id metrics finish_reason response_dimensions started_generation_at created_at
  generation_model telemetry session_migrate_compaction`.replace(/\s+/g, " "),
  { extensions: keys(EXTENSIONS) },
);

const said = { content, metadata, images: { each: image } };

const thinking: Shape = {
  name: (value) => (isObject(value) ? "" : "text"),
  of: { "": keys("signature signature_type", { thinking: CONTENT }), text: CONTENT },
};

const call = keys("id index kind", { name: CONTENT, arguments: CONTENT });

const message: Shape = {
  name: (value) => (isObject(value) ? printed(value.role ?? "") : "text"),
  of: {
    user: keys("message_id role", said),
    assistant: keys("message_id role phase", { ...said, thinking, tool_calls: { each: call } }),
    tool: keys("message_id role tool_call_id tool_name is_error", said),
    system: keys("message_id role", said),
    // Not JSON: named as unread.
    text: CONTENT,
  },
  unknown: () => keys("message_id role tool_call_id", { ...said, thinking }),
};

export const known: Shape = {
  name: (record) => unwrap(record).kind,
  of: {
    session: keys("", {
      session: keys(
        `id working_directory backend_type model agent_mode created_at last_activity_at title main_chain_id
        shell_last_seen_index cogs_json workspace_dirs hidden metadata`.replace(/\s+/g, " "),
      ),
    }),
    node: keys("off", {
      node: keys("node_id parent_node_id created_at", {
        metadata: keys("summarized_from num_tokens_preceding is_system_prefix", {
          extensions: keys(EXTENSIONS),
        }),
        chat_message: message,
      }),
    }),
  },
};

/** What is said around a command's output. */
export const frames: Frames = {
  ends: /^(?:Output from command in shell \S+:|Exit code: -?\d+)$/,
};
