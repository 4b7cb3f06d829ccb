/** A thread's state: the task list and the objective, as Mastra Code's model is told of them. */
import { array, isObject, member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";
import { inner } from "./records.ts";

/** A state of a thread, in the words in which its model is told of it. */
export interface State {
  text: string;
  /** The message that told it last; undefined if none did. */
  toldBy: string | undefined;
}

/** @param record the line of a thread. */
export function statesIn(record: Json): State[] {
  const metadata = inner(member(member(record, "thread"), "metadata"));
  const signals = member(member(metadata, "mastra"), "stateSignals");
  const toldBy = (id: string) => string(member(member(signals, id), "lastSignalId"));
  const states = array(member(record, "state")).map((state): State => {
    const value = inner(member(state, "value"));
    switch (member(state, "type")) {
      case "task":
        return { text: tasksText(array(value)), toldBy: toldBy("tasks") };
      case "goal":
        return { text: goalText(value), toldBy: toldBy("goal") };
      default:
        return { text: "", toldBy: undefined };
    }
  });
  return states.filter(({ text }) => text !== "");
}

/** As `renderTaskList` of 0.32.1 lays it out. */
function tasksText(tasks: readonly Json[]): string {
  if (tasks.length === 0) return "";
  const lines = tasks.map((task) => {
    const [status = "", id = "", content = ""] = ["status", "id", "content"].map((key) =>
      string(member(task, key)),
    );
    return `  ${MARKS.get(status) ?? "○"} [${status}] {id: ${id}} ${content}`;
  });
  return `<current-task-list count="${tasks.length}">\n${lines.join("\n")}\n</current-task-list>`;
}

const MARKS = new Map([
  ["completed", "✓"],
  ["in_progress", "▸"],
]);

/** Only a goal that is pursued is told of (GoalStateProcessor). */
function goalText(goal: Json): string {
  if (!isObject(goal) || goal.status !== "active") return "";
  const objective = string(goal.objective) ?? "";
  return objective === ""
    ? ""
    : `<current-objective status="active">\n  ${objective}\n</current-objective>`;
}
