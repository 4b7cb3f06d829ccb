/** The events of Muse Code's logs, and their keys: see README.md. */
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { by, CONTENT, keys } from "../shared/known.ts";
import { unwrap } from "./records.ts";
import { SUMMARY } from "./summary.ts";
import { endedIn, FAILED } from "./tools.ts";

const ENVELOPE =
  "schema_version id stream sequence recorded_at record_type durability causation_id payload_type payload_schema_version";

function named(names: string): Record<string, true> {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, true as const]));
}

const block = by("kind", { text: keys("kind", { text: CONTENT }) });
const said: Shape = {
  name: (value) => (typeof value === "string" ? "text" : ""),
  of: { text: CONTENT, "": { each: block } },
};

const call = keys("call_id id", { name: CONTENT, args: CONTENT });
const result = {
  text: said,
  output: said,
  result: said,
  content: said,
};
const batch = keys("kind batch_id response_id message_id", {
  results: { each: keys("tool_call_id call_id tool_call_index", result) },
});

/** Of a run; the model is sent nothing of these, or another event tells it. */
const BESIDE = `model_request_configured provider_request_options_configured model_input_trace_recorded
context_block_diagnostic context_block_updated goal_usage_attribution goal_progress_nudge_fired
resource_usage_sampled task_stream_linked task_backgrounded reminder_proposal reminder_reconciler_outcome
reminder_installed reminder_snoozed skill_reminder_decision skill_read_observed
memory_reminder_child_session_linked model_response_created reasoning_delta text_delta
assistant_message_delta model_completed terminal turn_task_died
todo_snapshot_updated user_prompt_display
user_input_prompt_requested user_input_prompt_settled tool_results_cleared
context_projection_checkpoint context_projection_checkpoint_skipped
fork_child_seed_snapshot source_dirty_excluded subagent_input_command_settled hook_run_started
hook_run_terminal hook_decision_applied code_mode_cell_grant_recorded code_mode_profile_activated
model_input_file_uploaded model_input_file_unavailable workflow_child_control_reconciled
workflow_child_control_requested workflow_child_journal_replay_recorded workflow_child_lifecycle
workflow_child_result_protocol_recorded workflow_child_result_submitted workflow_prompt_proposal_ready
workflow_run_launched workflow_run_paused workflow_launch_reconciled workflow_script_fact`;

const TASK = `proposed accepted scheduled side_effect_intent started status output tool_delta tool_output_ref
completed failed cancelled timed_out rejected`;

const APPROVAL = `requested decision_applied stage_requirement_resolved automated_review_started
automated_review_completed`;

const PROVIDER = "kind message_id provider_item_id response_id";

const run = by("kind", {
  ...named(BESIDE),
  started: keys("kind video", { prompt: CONTENT }),
  assistant_message_committed: keys(`${PROVIDER} phase`, { text: CONTENT }),
  reasoning_committed: keys(`${PROVIDER} encrypted_content`, { text: CONTENT }),
  assistant_tool_calls_committed: keys("kind message_id response_id", {
    tool_calls: { each: call },
  }),
  tool_result_batch_committed: batch,
});

const runtime = by("kind", {
  run: keys("kind run_id source_run_record_id source_run_record_sequence", { event: run }),
  task: keys("kind run_id task_id source_run_record_id source_run_record_sequence", {
    event: by("kind", named(TASK)),
  }),
  approval: keys("kind run_id source_run_record_id source_run_record_sequence", {
    event: by("kind", named(APPROVAL)),
  }),
  ...named("security_mode agent_tree_initialized run_model retained_runtime_fact route_facts"),
});

/** Facts of the session, and what the runtime notes of itself. */
const FACTS = `runtime.session.metadata runtime.session.route_facts runtime.session.capture_selection
runtime.session.task runtime.session.task_source_committed runtime.session.permission_format_declared
runtime.session.permission_profile_committed runtime.session.permission_profile_changed
runtime.user_intent.materialized runtime.retained_fact runtime.mcp_tool_identity_catalog
runtime.command_intake.received runtime.command_intake.session_name.received runtime.command_intake.settled
runtime.model_reconfigure.completed run.model.configured session.opened.observed session.resumed
session.startup_phases.observed session.name.changed session.description.generated session.end
session.workspace_branch.observed session.login.completed session.resource_pressure.observed
session.payment_gate.banner_shown session.payment_gate.unresolved_at_poll_cap session.fork.created
session.subscription_entrypoint.impression command.invoked tool_batch.effect.started
tool_batch.effect.terminal approval_wait.effect.started approval_wait.effect.terminal
reminder.cleanup_effect.started reminder.cleanup_effect.terminal async.owner.attempt_admitted
subagent.control.attempt_admitted subagent.control.child_session_bound subagent.control.result_ready
subagent.control.resume_context_recorded subagent.control.runtime_observed subagent.control.spawn_accepted
subagent.control.start_attested subagent.control.status_updated subagent.control.wait_parked segue.carry`;

function logged(payload: Shape): Shape {
  return keys(ENVELOPE, { payload });
}

const message: Shape = keys("role id", { content: said });

const events: Readonly<Record<string, Shape>> = {
  ...Object.fromEntries(Object.keys(named(FACTS)).map((type) => [type, logged(true)])),
  "runtime.user_intent.accepted": logged(
    keys(
      "bindings delivery_policy intent_id semantic_kind source_session_id surface wake_policy refill_blocks",
      { model_messages: { each: message } },
    ),
  ),
  "runtime.session": logged(runtime),
  marker: keys("retained_marker schema_version stream position omitted_record"),
};

const event: Shape = { name: kindOf, of: events };

function kindOf(record: Json): string {
  if (isObject(record) && typeof record.retained_frame === "string") return "frame";
  const stored = unwrap(record);
  if (stored.kind === "marker") return "marker";
  return stored.kind === "event" ? stored.type : (string(Object(record).payload_type) ?? "line");
}

export const known: Shape = {
  name: kindOf,
  of: {
    ...events,
    frame: keys(
      "retained_frame frame_schema_version outer_log_ordinal transaction_id content_sha256",
      {
        children: { each: keys("child_index", { record_json: event }) },
      },
    ),
  },
};

/** What stands before a failure and before a summary, and the output in a command's result. */
export const frames: Frames = {
  around: [
    [new RegExp(`^${FAILED}`), ""],
    [new RegExp(`^${SUMMARY}\n\n`), ""],
  ],
  pieces(text) {
    const ended = endedIn(text);
    return ended === null ? null : [ended.output];
  },
};
