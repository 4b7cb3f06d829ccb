/** The records and keys of Deep Agents Code 0.1.88 that this folder knows. */
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject, printed } from "../../session/json.ts";
import { blocks, by, CONTENT, keys } from "../shared/known.ts";
import { isStep, isThread, saidOf, writtenIn } from "./records.ts";

const text = keys("type index citations annotations id", { text: CONTENT });

const block: Shape = by("type", {
  text,
  image_url: keys("type", { image_url: CONTENT }),
  image: keys("type mime_type id index extras", {
    base64: CONTENT,
    url: CONTENT,
    data: CONTENT,
    source: CONTENT,
  }),
  file: keys("type mime_type id index extras filename", {
    base64: CONTENT,
    url: CONTENT,
    source: CONTENT,
  }),
  thinking: keys("type index signature", { thinking: CONTENT }),
  redacted_thinking: keys("type index data"),
  reasoning: keys("type index id encrypted_content status extras", {
    reasoning: CONTENT,
    summary: CONTENT,
    content: CONTENT,
  }),
  // A copy of what is among the calls.
  tool_use: true,
  function_call: true,
  input_json_delta: true,
});

/** A text alone, or a list of blocks. */
const content = blocks(block);

const call = keys("id type error index", { name: CONTENT, args: CONTENT });

const fields = keys(
  "response_metadata type name id usage_metadata tool_call_id artifact status chunk_position example",
  {
    content,
    additional_kwargs: keys(
      "lc_source lc_evicted_to skill read_file_path read_file_media_type read_file_frame_count tool_calls function_call parsed refusal",
      {
        reasoning_content: CONTENT,
      },
    ),
    tool_calls: { each: call },
    invalid_tool_calls: { each: call },
  },
);

const message: Shape = {
  name: (value) =>
    isObject(value) && "segue.ext" in value ? "" : printed(saidOf(value)?.name ?? ""),
  of: {
    "": keys("segue.ext module name method", { fields, value: CONTENT }),
    HumanMessage: keys("role type id name additional_kwargs", { content }),
  },
};

const messages = { each: message };

/** A step writes a list, a message alone, or what takes the place of all messages. */
const written: Shape = {
  name: (value) => {
    if (Array.isArray(value)) return "list";
    if (!writtenIn(value).isAll) return "one";
    return isObject(value) && "segue.ext" in value ? "instance" : "all";
  },
  of: {
    list: messages,
    one: message,
    all: keys("type", { value: messages, __overwrite__: messages }),
    instance: keys("segue.ext", { value: CONTENT }),
  },
};

const STEP = "checkpoint_id after task_id task_path idx channel type";

export const known: Shape = {
  name(record) {
    if (isThread(record)) return "thread";
    if (!isStep(record)) return "unknown";
    if ("snapshot" in record) return "snapshot";
    return printed(record.channel ?? "");
  },
  of: {
    thread: keys("thread_id name agent_name cwd git_branch"),
    messages: keys(STEP, { value: written }),
    snapshot: keys("checkpoint_id after", { snapshot: { each: message } }),
    _summarization_event: keys(STEP, {
      value: keys("cutoff_index file_path created_at_index", { summary_message: message }),
    }),
    _summarization_session_id: true,
    _model_spec: true,
    _context_tokens: true,
    rubric: true,
    __error__: true,
    __interrupt__: true,
    __resume__: true,
    __scheduled__: true,
    segue_carry: true,
  },
};

/** How `read_file` tells which lines these are, and `execute` how a command ended. */
export const frames: Frames = {
  around: [[/^@@ lines \d+-\d+ of \d+ @@\n/, ""]],
  ends: /^(?:Exit code: \d+|\[Command (?:succeeded|failed) with exit code -?\d+\])$/,
};
