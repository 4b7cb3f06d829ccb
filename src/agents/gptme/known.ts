/** The records of gptme 0.35.1. Others are kept as well; `segue check` lists them. */
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject, string } from "../../session/json.ts";
import { by, CONTENT, keys } from "../shared/known.ts";
import { pieces } from "./pieces.ts";

const metadata = keys(
  "model resolved_model served_model cost usage input_log_messages input_log_digest input_log_model compaction_reminder_view compaction_checkpoint_view compaction_checkpoint_failed_view compaction_checkpoint_needs_continuation result_stubs max_steps_stop reasoning_effort timings voice_call artifacts panel_hints tool prompt_generation compaction_artifact skill_invocation_id degeneration thought_signatures resume_key error error_class exit_code input_tokens output_tokens cache_read_tokens cache_creation_tokens reasoning_tokens",
  // The summary of a compaction by Anthropic's API.
  { anthropic_compaction_block: CONTENT },
);

const MESSAGE = "role timestamp file_hashes pinned hide ui_only ephemeral_ttl call_id";

const message = keys(MESSAGE, {
  content: CONTENT,
  files: { each: CONTENT },
  metadata,
});

const records: Shape = by("role", {
  system: message,
  user: message,
  assistant: message,
  _segue_session: keys("role id cwd title created_at"),
  _segue_carry: keys("role part parts data"),
});

export const known: Shape = {
  name: (value) => (isObject(value) && string(value.role) === undefined ? "record" : ""),
  of: { "": records },
};

export const frames: Frames = { pieces };
