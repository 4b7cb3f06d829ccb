/** The lines and fields of Antigravity's conversations that are known: see README.md. */
import type { Frames, Shape } from "../../session/codec.ts";
import { isObject } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { CONTENT, keys } from "../shared/known.ts";
import { unwrap } from "./records.ts";
import { NOTES, PLANNER, STATES, TOOLS, USER } from "./steps.ts";
import { SUMMARY } from "./summary.ts";

/** One message, or several. */
function repeated(one: Shape): Shape {
  return {
    name: (value) => (Array.isArray(value) ? "many" : ""),
    of: { many: { each: one }, "": one },
  };
}

const BESIDE = "#1 #4 #5";

function payload(field: number, own: Shape): Shape {
  return keys(BESIDE, { [`#${field}`]: own });
}

const call = keys("#1 #9", { "#2": CONTENT, "#3": CONTENT });
const input = keys("#4 #6 #7 #8", {
  "#1": CONTENT,
  "#2": CONTENT,
  "#3": repeated(keys("", { "#1": CONTENT })),
  "#5": repeated(keys("", { "#1": CONTENT, "#2": true })),
});
const planner = keys("#2 #4 #5 #6 #9 #10 #11 #12 #13 #14 #15", {
  "#1": CONTENT,
  "#3": CONTENT,
  "#7": repeated(call),
  "#8": CONTENT,
});
const text = keys("", { "#1": CONTENT });

/** What tools' steps tell: the texts of results are content, what was called is in the call. */
const OF_TOOLS: { readonly [type: number]: Shape } = {
  5: CONTENT,
  7: keys("#1 #2 #4 #6 #7 #8 #9", { "#3": CONTENT, "#5": CONTENT }),
  8: keys("#1 #2 #3 #11 #12", { "#4": CONTENT, "#9": CONTENT }),
  9: keys("#1", { "#3": repeated(keys("#2 #3 #4", { "#1": CONTENT })) }),
  21: keys("#1 #2 #3 #6 #7 #11 #12 #23 #25", {
    "#4": CONTENT,
    "#5": CONTENT,
    "#21": text,
    "#26": text,
  }),
  38: keys("#1 #2", { "#3": CONTENT, "#8": CONTENT }),
  86: CONTENT,
  112: keys("#1 #2", { "#3": CONTENT, "#4": CONTENT }),
  128: CONTENT,
  132: keys("#1", { "#2": text }),
};

const tools = Object.entries(TOOLS).map(([type, { field }]): [string, Shape] => [
  type,
  payload(field, OF_TOOLS[Number(type)] ?? CONTENT),
]);
const notes = Object.entries(NOTES).map(([type, { field }]): [string, Shape] => [
  type,
  payload(field, CONTENT),
]);
const states = Object.entries(STATES).map(([type, { field }]): [string, Shape] => [
  type,
  payload(field, true),
]);

const COLUMNS =
  "idx step_type status has_subtrajectory step_format metadata permissions task_details render_info";

function step(own: Shape): Shape {
  const error: Shape = {
    // What the model is told, or else what the user is.
    name: (value) => (isObject(value) && value["#9"] !== undefined ? "told" : ""),
    of: {
      told: keys("#1 #2", { "#9": CONTENT }),
      "": keys("", { "#1": CONTENT, "#2": CONTENT }),
    },
  };
  return keys("", { step: keys(COLUMNS, { payload: own, error_details: error }) });
}

function kindOf(record: Json): string {
  const stored = unwrap(record);
  if (stored.kind === "step") return `step ${stored.type}`;
  return stored.kind === "other" && isObject(record) ? (Object.keys(record)[0] ?? "") : stored.kind;
}

const steps: [string, Shape][] = [
  [String(USER), payload(19, input)],
  [String(PLANNER), payload(20, planner)],
  ...tools,
  ...notes,
  ...states,
];

export const known: Shape = {
  name: kindOf,
  // Of a step of an unknown kind, everything but what all steps have.
  unknown: (record) => (unwrap(record).kind === "step" ? step(keys(BESIDE)) : CONTENT),
  of: {
    conversation: keys("", {
      conversation: keys("trajectory_id cascade_id trajectory_type source"),
      main: true,
    }),
    carry: keys("segue_carry"),
    ...Object.fromEntries(steps.map(([type, own]) => [`step ${type}`, step(own)])),
  },
};

export const frames: Frames = { around: [[new RegExp(`^${SUMMARY}\n\n`), ""]] };
