/**
 * What the CLI sends in place of a conversation that it summarized: a node of its own, from which it makes one text. It
 * also takes a user's text of a certain form for such a summary, as older versions wrote it.
 */
import { array, isObject, member, number, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
import type { Json, JsonObject } from "../../session/types.ts";

/** Such a text makes the CLI leave out all that comes before it. */
export function isSupervisor(text: string): boolean {
  const trimmed = text.trim();
  return (
    trimmed.startsWith("<supervisor>") &&
    trimmed.endsWith("</supervisor>") &&
    trimmed.includes("<summary")
  );
}

/**
 * The text of a summary's node, as the CLI makes it (0.36.0): its template, filled. `results`: nodes with results in the
 * same request, which it repeats there.
 */
export function summaryText(node: Json, results: readonly Json[]): string {
  const summary = member(node, "history_summary_node");
  if (!isObject(summary)) return saidIn(member(member(node, "text_node"), "content"));
  const end = [...array(summary.history_end)];
  if (results.length > 0) end.push({ request_nodes: [...results] });
  const values: Readonly<Record<string, string>> = {
    "{summary}": saidIn(summary.summary_text),
    "{summarization_request_id}": saidIn(summary.summarization_request_id),
    "{summary_updates}": saidIn(summary.summary_updates),
    "{beginning_part_dropped_num_exchanges}": saidIn(
      summary.history_beginning_dropped_num_exchanges,
    ),
    "{middle_part_abridged}": saidIn(summary.history_middle_abridged_text),
    "{end_part_full}": end.map(exchangeText).join("\n"),
    "{session_file_path_hint}": hint(summary),
  };
  const template = string(summary.message_template) ?? "{summary}";
  return template.replace(/\{[a-z_]+\}/g, (name) =>
    Object.hasOwn(values, name) ? (values[name] ?? name) : name,
  );
}

function hint({ session_file_path: path }: JsonObject): string {
  if (typeof path !== "string" || path === "") return "";
  return `\nIf you need to recall specific details from earlier in the conversation that were lost during summarization, you can read the full session history from the session file at: ${path}`;
}

function nodesOf(exchange: Json, key: string, type: number): Json[] {
  return array(member(exchange, key)).filter((node) => number(member(node, "type")) === type);
}

/** One of the newest exchanges, which the summary's text repeats. */
function exchangeText(exchange: Json): string {
  const said = nodesOf(exchange, "request_nodes", 0)
    .map((node) => saidIn(member(member(node, "text_node"), "content")))
    .join("\n");
  const request = [
    said || saidIn(member(exchange, "request_message")),
    ...nodesOf(exchange, "request_nodes", 1).flatMap(resultLines),
  ];
  const id = string(member(exchange, "request_id")) || null;
  return [
    id === null ? "<exchange>" : `<exchange request_id="${id}">`,
    "  <user_request_or_tool_results>",
    ...request,
    "  </user_request_or_tool_results>",
    ...answerLines(exchange),
    "</exchange>",
  ].join("\n");
}

function resultLines(node: Json): string[] {
  const result = member(node, "tool_result_node");
  const id = saidIn(member(result, "tool_use_id"));
  const isError = member(result, "is_error") ?? "";
  // An object without a way to become a string would throw.
  const said = typeof isError === "object" ? JSON.stringify(isError) : String(isError);
  return [
    `    <past_tool_result id="${id}" is_error="${said}">`,
    saidIn(member(result, "content")),
    "    </past_tool_result>",
  ];
}

function answerLines(exchange: Json): string[] {
  const thoughts = nodesOf(exchange, "response_nodes", 8).map((node) => {
    const thinking = member(node, "thinking");
    return saidIn(member(thinking, "content") ?? member(thinking, "summary"));
  });
  const thought = thoughts.filter((text) => text !== "").join("\n");
  const text = nodesOf(exchange, "response_nodes", 0)
    .map((node) => saidIn(member(node, "content")))
    .join("\n");
  const calls = nodesOf(exchange, "response_nodes", 5).map((node) => member(node, "tool_use"));
  if (thought === "" && text === "" && calls.length === 0) return [];
  return [
    "  <agent_response_or_past_tool_calls>",
    ...(thought === "" ? [] : ["    <thinking>", thought, "    </thinking>"]),
    text,
    ...calls.flatMap((call) => [
      `    <past_tool_call name="${saidIn(member(call, "tool_name"))}" id="${saidIn(member(call, "tool_use_id"))}">`,
      saidIn(member(call, "input_json")),
      "    </past_tool_call>",
    ]),
    "  </agent_response_or_past_tool_calls>",
  ];
}
