/** What some agents' stores hide other than by going back: lines that follow a recording. */
import { readFileSync } from "node:fs";
import { isObject } from "../../src/session/json.ts";
import type { Json, JsonObject } from "../../src/session/types.ts";
import { fixture } from "./fixtures.ts";

/** What no model is sent. */
export const ASIDE = "said aside, for nobody";

/** By the agent's id: a recording, and the lines after it. */
export const asides: { [agent: string]: () => string } = {
  qwen: () => after("qwen/basic-resumed", ownCommand),
  deepagents: () => after("deepagents/rows", removedMessage),
  mastracode: () => after("mastracode/observed", observedMessage),
};

function after(name: string, more: (records: readonly JsonObject[]) => Json[]): string {
  const text = readFileSync(fixture(name).path, "utf8");
  const records = text.split("\n").slice(0, -1).map(object);
  return (
    text +
    more(records)
      .map((record) => `${JSON.stringify(record)}\n`)
      .join("")
  );
}

function object(line: string): JsonObject {
  const value: Json = JSON.parse(line);
  if (!isObject(value)) throw new Error("a line that is no object");
  return value;
}

/** A slash command that Qwen Code answered by itself. */
function ownCommand(records: readonly JsonObject[]): Json[] {
  const last = records.at(-1) ?? {};
  const user = records.findLast(({ type }) => type === "user");
  const [asked, answered] = ["a51de000-0000-4000-8000-000000000001", "a51de000-0000-4000-8000-2"];
  const items = [{ type: "assistant", text: "here" }];
  const systemPayload = { phase: "result", rawCommand: ASIDE, outputHistoryItems: items };
  const message = { role: "user", parts: [{ text: ASIDE }] };
  return [
    { ...user, uuid: asked, parentUuid: last.uuid ?? null, message },
    { ...last, uuid: answered, parentUuid: asked, subtype: "slash_command", systemPayload },
  ];
}

/** A message that a step took out of Deep Agents Code's list again. */
function removedMessage(records: readonly JsonObject[]): Json[] {
  const said = records.findLast(({ channel }) => channel === "messages");
  const write = (digit: number, name: string, content: string): Json => ({
    ...said,
    checkpoint_id: `1f1ec5ff-000${digit}-6000-8000-000000000000`,
    value: [
      {
        "segue.ext": 5,
        module: "langchain_core.messages",
        name,
        fields: { content, additional_kwargs: {}, id: "aside" },
        method: "model_validate_json",
      },
    ],
  });
  return [write(1, "HumanMessage", ASIDE), write(2, "RemoveMessage", "")];
}

/** A message that Mastra Code's observations stand for, though it is stored after them. */
function observedMessage(records: readonly JsonObject[]): Json[] {
  const [message] = records.flatMap((record) => (isObject(record.message) ? [record.message] : []));
  const parts = [{ type: "text", text: ASIDE }];
  return [{ message: { ...message, id: "aside", content: { format: 2, parts } } }];
}
