/** The keys of exports that this folder knows: see README.md for where they were seen. */
import type { Shape } from "../../session/codec.ts";
import { isObject, member } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { by, CONTENT, keys } from "../shared/known.ts";
import { currentIn, isConversation, nodeIn } from "./document.ts";

const part: Shape = {
  name: (value) => (isObject(value) ? kindOf(value) : ""),
  of: {
    "": CONTENT,
    image_asset_pointer: keys("content_type asset_pointer size_bytes width height fovea metadata"),
    audio_asset_pointer: keys(
      "content_type expiry_datetime asset_pointer size_bytes format tool_audio_direction metadata",
    ),
    video_container_asset_pointer: keys(
      "content_type expiry_datetime asset_pointer video_container_asset_pointer size_bytes format metadata frames_asset_pointers",
    ),
    audio_transcription: keys("content_type direction decoding_id", { text: CONTENT }),
    real_time_user_audio_video_asset_pointer: keys(
      "content_type expiry_datetime frames_asset_pointers video_container_asset_pointer audio_asset_pointer audio_start_timestamp",
    ),
  },
};

function kindOf(value: Json): string {
  const kind = member(value, "content_type");
  return typeof kind === "string" ? kind : "part";
}

const text = { text: CONTENT } as const;

const content = by("content_type", {
  text: keys("content_type", { parts: { each: part } }),
  multimodal_text: keys("content_type", { parts: { each: part } }),
  code: keys("content_type language response_format_name", text),
  execution_output: keys("content_type", text),
  system_error: keys("content_type name", text),
  thoughts: keys("content_type source_analysis_msg_id", {
    thoughts: { each: keys("chunks finished", { summary: CONTENT, content: CONTENT }) },
  }),
  // Words for the screen: "Thought for 8s".
  reasoning_recap: true,
  tether_quote: keys("content_type domain tether_id", { ...text, url: CONTENT, title: CONTENT }),
  tether_browsing_display: keys("content_type assets tether_id", {
    result: CONTENT,
    summary: CONTENT,
  }),
  sonic_webpage: keys(
    "content_type domain snippet pub_timestamp crawl_date pub_date ref_id attribution",
    { ...text, url: CONTENT, title: CONTENT },
  ),
  user_editable_context: keys("content_type", {
    user_profile: CONTENT,
    user_instructions: CONTENT,
  }),
  model_editable_context: keys("content_type repository repo_summary structured_context", {
    model_set_context: CONTENT,
  }),
  computer_output: keys("content_type computer_id state tether_id is_ephemeral", {
    screenshot: part,
  }),
});

const message = keys(
  "id author create_time update_time status end_turn weight metadata recipient channel",
  { content },
);

const node = keys("id parent children", { message });

export const known: Shape = {
  name(record) {
    if (isConversation(record)) return "conversation";
    if (currentIn(record) !== null) return "current_node";
    if (isObject(member(record, "spelling"))) return "spelling";
    if (nodeIn(record) === null) return "unknown";
    return isObject(member(record, "node")) ? "keyed" : "node";
  },
  of: {
    conversation: keys(
      "title create_time update_time mapping moderation_results current_node plugin_ids conversation_id conversation_template_id " +
        "gizmo_id gizmo_type is_archived is_starred safe_urls blocked_urls default_model_slug model_slug conversation_origin " +
        "is_read_only voice async_status disabled_tool_ids is_do_not_remember is_study_mode memory_scope context_scopes id owner " +
        "sugar_item_id sugar_item_visible pinned_time is_temporary_chat atlas_mode_enabled",
    ),
    current_node: true,
    spelling: true,
    node,
    keyed: keys("key", { node }),
  },
};
