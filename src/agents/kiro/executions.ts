/**
 * What Kiro's editor did for an answer, before its version 1: a document for each execution, with the steps
 * ("actions"), or else with the messages that the model was sent. Facts and sources: README.md in this folder.
 */
import { join } from "node:path";
import { headOf } from "../../io/door.ts";
import { compact, isObject, listOf, member, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { jsonAt } from "../shared/opened.ts";
import { text } from "./files.ts";
import { isFolder, namesIn } from "./kas.ts";

/** An execution's document by its id; null if there is none. */
type Executions = (id: string) => JsonObject | null;

/**
 * Those of a folder, of which `hash` is the name, or else of any, as long as they belong to the session. The names of
 * the files are hashes, too: their beginnings have the ids.
 */
export function executionsIn(root: string, hash: string | null, session: string): Executions {
  const found = new Map<string, string>();
  const searched = new Set<string>();
  const search = (name: string): void => {
    if (searched.has(name)) return;
    searched.add(name);
    for (const path of documentsIn(join(root, name))) {
      const id = idAt(path);
      if (id !== null && !found.has(id)) found.set(id, path);
    }
  };
  return (id) => {
    if (hash !== null) search(hash);
    if (!found.has(id)) for (const name of namesIn(root).filter(isHash)) search(name);
    const path = found.get(id);
    const document = path === undefined ? null : jsonAt(path);
    if (!isObject(document)) return null;
    const owner = string(document.chatSessionId) ?? session;
    return owner === session ? document : null;
  };
}

function isHash(name: string): boolean {
  return /^[0-9a-f]{32}$/.test(name);
}

/** `<hash>/<file>`; files of other kinds have an extension. */
function documentsIn(folder: string): string[] {
  return namesIn(folder).flatMap((name) => {
    const inner = join(folder, name);
    if (name.includes(".") || !isFolder(inner)) return [];
    return namesIn(inner).flatMap((file) => (file.startsWith(".") ? [] : [join(inner, file)]));
  });
}

const HEAD = 4096;

function idAt(path: string): string | null {
  try {
    const head = headOf(path, HEAD).toString("utf8");
    return /"executionId"\s*:\s*"([^"]+)"/.exec(head)?.[1] ?? null;
  } catch {
    return null;
  }
}

/** What is said of an execution besides its steps. */
const ABOUT = ["executionId", "workflowType", "status", "startTime", "endTime", "usageSummary"];

/** The lines of an execution, and of those that do its work. */
export function linesOfExecution(
  id: string,
  find: Executions,
  seen: ReadonlySet<string> = new Set(),
): string[] {
  if (seen.has(id)) return [];
  const document = find(id);
  if (document === null) return [text({ execution: { executionId: id, missing: true } })];
  const about = ABOUT.flatMap((key): [string, Json][] => {
    const value = document[key];
    return value === undefined ? [] : [[key, value]];
  });
  const within = new Set([...seen, id]);
  const steps = stepsOf(document).flatMap((step): string[] => {
    const child =
      step.type === "specAgent" ? string(member(step.output, "executionId")) : undefined;
    const inner = child === undefined ? [] : linesOfExecution(child, find, within);
    return [text({ step }), ...inner];
  });
  return [text({ execution: Object.fromEntries(about) }), ...steps];
}

/** Its actions; or, of those that have none, what was sent after the user's last message. */
function stepsOf(document: JsonObject): JsonObject[] {
  const messages = listOf(member(document.context, "messages"));
  const entries = messages.flatMap(entriesOf);
  const answers = new Map<string, JsonObject>();
  for (const entry of entries.filter(isObject)) {
    const id = string(entry.id);
    if (id !== undefined && entry.type === "toolUseResponse") answers.set(id, entry);
  }
  const steps = listOf(document.actions).map((action) =>
    isObject(action) ? stepOf(action, answers) : { type: "step", output: action },
  );
  if (steps.some((step) => step.input !== undefined || step.type === "say")) return steps;
  return [...steps, ...spokenSteps(messages, answers)];
}

/** What is in a message: a list of entries, or what stands in its place. */
function entriesOf(message: Json): Json[] {
  return isObject(message) ? listOf(message.entries ?? message.content) : listOf(message);
}

/** Links to the editor's own copies of a file. */
const LINKS = new Set(["original", "modified", "local"]);

/**
 * A step has the arguments that the model gave, if they are there, in place of what the editor made of them; and the
 * words that the model was sent as its result.
 */
function stepOf(action: JsonObject, answers: ReadonlyMap<string, JsonObject>): JsonObject {
  const { actionType, actionId, actionState, emittedAt, rawInput, ...rest } = action;
  const id = string(actionId) ?? "";
  // The editor's own id is `run_command_tooluse_…` where the model's is `tooluse_…`.
  const answer = answers.get(id) ?? answers.get(/tooluse_.*$/.exec(id)?.[0] ?? "");
  const kept = isObject(action.input)
    ? Object.fromEntries(Object.entries(action.input).filter(([key]) => !LINKS.has(key)))
    : action.input;
  return compact({
    type: actionType ?? "step",
    id: actionId,
    state: actionState,
    time: emittedAt,
    name: answer?.name,
    input: answer?.args ?? rawInput ?? kept,
    output: answer?.message ?? outputOf(rest),
    success:
      answer?.success ??
      (/^(?:error|failed|canceled|rejected)/i.test(string(actionState) ?? "") ? false : undefined),
  });
}

/** What an action gave and why it failed, or, of one without arguments and of an unknown form, all of it. */
function outputOf({ input, output, errorMessage, ...others }: JsonObject): Json | undefined {
  if (output !== undefined && errorMessage !== undefined) return { output, errorMessage };
  if ((output ?? errorMessage ?? input) !== undefined) return output ?? errorMessage;
  return Object.keys(others).length === 0 ? undefined : others;
}

/** The model's texts and calls after the user's last message. */
function spokenSteps(
  messages: readonly Json[],
  answers: ReadonlyMap<string, JsonObject>,
): JsonObject[] {
  const last = messages.findLastIndex((message) => member(message, "role") === "human");
  return messages.slice(last + 1).flatMap((message) =>
    entriesOf(message).flatMap((entry): JsonObject[] => {
      if (!isObject(entry)) return [{ type: "say", output: entry }];
      const { type, id, name, args } = entry;
      if (type === "text") return [{ type: "say", output: entry.text ?? "" }];
      if (type === "toolUseResponse") return [];
      if (type !== "toolUse") return [{ type: type ?? "entry", output: entry }];
      const answer = answers.get(string(id) ?? "");
      const ended = answer === undefined ? { state: "pending" } : { output: answer.message ?? "" };
      const step = { type: "toolUse", id, name, input: args ?? {}, success: answer?.success };
      return [compact({ ...step, ...ended })];
    }),
  );
}
