/**
 * The conversation's state, which Cursor keeps as a tree of blobs: a root (`ConversationStateStructure`) that
 * names the messages for the model, as JSON, and the turns for the screen, as Protocol Buffers. Field numbers
 * are those of @cursor/sdk: see README.md.
 */
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import { array, isObject, member, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
import type { Json, JsonObject, ToolUse } from "../../session/types.ts";
import { uuid4 } from "../shared/ids.ts";
import { onlyText } from "../shared/tools.ts";
import { readCall } from "./content.ts";
import { userText } from "./frames.ts";
import { parseResult } from "./tools.ts";
import { bytesField, type Field, fieldsOf, intField, numberField, textField } from "./wire.ts";

/** The fields of the root. */
const ROOT = { prompt: 1, turns: 8, folders: 9, mode: 10, started: 26 } as const;

/** A blob, and its address. */
export interface Blob {
  id: string;
  data: Buffer;
}

export function blobOf(data: Buffer): Blob {
  return { id: createHash("sha256").update(data).digest("hex"), data };
}

/** What a root names. */
export interface Root {
  /** The messages that the model is sent. */
  prompt: string[];
  turns: string[];
  /** The newest folder, as a file URI. */
  folder: string | null;
}

/** null if these bytes are no root. */
export function rootOf(data: Buffer): Root | null {
  const fields = fieldsOf(data);
  if (fields === null) return null;
  const names = (number: number) =>
    fields.filter((one) => isName(one) && one.number === number).map(nameOf);
  const folders = fields.filter(({ number, wire }) => number === ROOT.folders && wire === 2);
  return {
    prompt: names(ROOT.prompt),
    turns: names(ROOT.turns),
    folder: folders.at(-1)?.bytes.toString("utf8") ?? null,
  };
}

function isName({ wire, bytes }: Field): boolean {
  return wire === 2 && bytes.length === 32;
}

function nameOf({ bytes }: Field): string {
  return bytes.toString("hex");
}

/** What the blobs are that a root's turns name: by address. */
export function rolesIn(root: Root, data: (id: string) => Buffer | null): Map<string, string> {
  const roles = new Map<string, string>();
  for (const turn of root.turns) {
    roles.set(turn, "turn");
    const inner = inside(data(turn), 1);
    for (const user of namesIn(inner, 1)) roles.set(user, "user");
    for (const step of namesIn(inner, 2)) roles.set(step, "step");
    const shell = inside(data(turn), 2);
    for (const one of [...namesIn(shell, 1), ...namesIn(shell, 2)]) roles.set(one, "shell");
  }
  return roles;
}

function namesIn(data: Buffer | null, number: number): string[] {
  const fields = data === null ? [] : (fieldsOf(data) ?? []);
  return fields.filter((one) => one.number === number && isName(one)).map(nameOf);
}

/** The message in a field; null if there is none. */
export function inside(data: Buffer | null, number: number): Buffer | null {
  const fields = data === null ? [] : (fieldsOf(data) ?? []);
  return fields.find((one) => one.number === number && one.wire === 2)?.bytes ?? null;
}

export function textIn(data: Buffer | null, number: number): string {
  return inside(data, number)?.toString("utf8") ?? "";
}

/** A message for the model, with its address. */
export interface Said {
  id: string;
  message: JsonObject;
}

/** What `grown` starts from. */
export interface Ground {
  /** The root so far; null for none. */
  root: Buffer | null;
  /** Of a new session. */
  cwd: string | null;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** The messages that the root names already. */
  before: readonly Said[];
}

/** The blobs that add these messages to a conversation; the last one is its new root. */
export function grown(ground: Ground, said: readonly Said[]): Blob[] {
  const turns = turnsOf(said).map((turn) => turnBlobs(turn, ground.cwd ?? ""));
  const old = ground.root === null ? [] : (fieldsOf(ground.root) ?? []);
  const own = [...ground.before, ...said];
  const summary = said.findLastIndex(({ message }) => isSummary(message));
  // From a summary on, the model is not sent what came before it, but for the system's words.
  const from = summary < 0 ? 0 : ground.before.length + summary;
  const sent = own.filter(({ message }, n) => n >= from || message.role === "system");
  const named = turns.flatMap((blobs) => blobs.at(-1) ?? []);
  const root = Buffer.concat([
    ...sent.map(({ id }) => bytesField(ROOT.prompt, Buffer.from(id, "hex"))),
    ...old.filter(({ number }) => number !== ROOT.prompt).map(({ whole }) => whole),
    ...named.map(({ id }) => bytesField(ROOT.turns, Buffer.from(id, "hex"))),
    ...(ground.root === null ? opening(ground) : []),
  ]);
  return [...turns.flat(), blobOf(root)];
}

/** What a new root says besides: its folder, that it is for an agent, and since when there is one. */
function opening({ cwd, createdAt }: Ground): Buffer[] {
  return [
    ...(cwd === null ? [] : [bytesField(ROOT.folders, pathToFileURL(cwd).href)]),
    numberField(ROOT.mode, 1),
    ...(createdAt > 0 ? [numberField(ROOT.started, createdAt)] : []),
  ];
}

export function isSummary(message: Json): boolean {
  return member(member(member(message, "providerOptions"), "cursor"), "isSummary") === true;
}

/** A user's message and what followed it. */
interface Turn {
  user: Said | null;
  rest: Said[];
}

function turnsOf(said: readonly Said[]): Turn[] {
  const turns: Turn[] = [];
  for (const one of said) {
    if (one.message.role === "system") continue;
    if (one.message.role === "user") turns.push({ user: one, rest: [] });
    else {
      const turn = turns.at(-1) ?? { user: null, rest: [] };
      if (turns.length === 0) turns.push(turn);
      turn.rest.push(one);
    }
  }
  return turns;
}

/** Its user's message, its steps, and the turn itself. */
function turnBlobs({ user, rest }: Turn, cwd: string): Blob[] {
  const results = resultsIn(rest);
  const first = blobOf(
    Buffer.concat([
      textField(1, user === null ? "" : userText(user.message)),
      textField(2, uuid4(user?.id ?? rest[0]?.id ?? "", 0)),
      numberField(4, 1),
      // Nobody typed it: the turn continues with the one before.
      ...(user === null ? [numberField(5, 1)] : []),
    ]),
  );
  const steps = rest
    .filter(({ message }) => message.role === "assistant")
    .flatMap(({ message }) => blocksOf(message).flatMap((block) => stepOf(block, results, cwd)))
    .map(blobOf);
  const turn = Buffer.concat([
    bytesField(1, Buffer.from(first.id, "hex")),
    ...steps.map(({ id }) => bytesField(2, Buffer.from(id, "hex"))),
  ]);
  return [first, ...steps, blobOf(bytesField(1, turn))];
}

export function blocksOf({ content }: JsonObject): Json[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return isObject(content) ? [content] : array(content);
}

interface Result {
  text: string;
  isError: boolean;
}

function resultsIn(rest: readonly Said[]): Map<string, Result> {
  const results = new Map<string, Result>();
  for (const { message } of rest) {
    if (message.role !== "tool") continue;
    const high = member(
      member(member(message, "providerOptions"), "cursor"),
      "highLevelToolCallResult",
    );
    for (const block of blocksOf(message)) {
      const id = string(member(block, "toolCallId")) ?? "";
      const text = saidIn(member(block, "result"));
      results.set(id, { text, isError: member(high, "isError") === true });
    }
  }
  return results;
}

function stepOf(block: Json, results: ReadonlyMap<string, Result>, cwd: string): Buffer[] {
  if (!isObject(block)) return [];
  const text = string(block.text) ?? "";
  switch (block.type) {
    case "text":
      return text === "" ? [] : [bytesField(1, textField(1, text))];
    case "reasoning":
      return text === "" ? [] : [bytesField(3, textField(1, text))];
    case "tool-call":
      return [bytesField(2, toolCall(block, results, cwd))];
    default:
      return [];
  }
}

/** A command, or any other tool in the form that those of MCP servers have, which takes all of them. */
function toolCall(block: JsonObject, results: ReadonlyMap<string, Result>, cwd: string): Buffer {
  const { callId, name, input, use } = readCall(block);
  const result = results.get(callId);
  if (use?.tool === "execute") {
    const folder = use.cwd ?? cwd;
    const asked = [textField(1, use.command), textField(2, folder)];
    const args = Buffer.concat([...asked, textField(4, callId)]);
    const answer = result && bytesField(2, shellResult(asked, use, result));
    return bytesField(1, Buffer.concat([bytesField(1, args), ...(answer ? [answer] : [])]));
  }
  const members = isObject(input) ? Object.entries(input) : [["input", input] as const];
  const args = Buffer.concat([
    textField(1, name),
    ...members.map(([key, value]) =>
      bytesField(2, Buffer.concat([textField(1, key), bytesField(2, protoValue(value))])),
    ),
    textField(3, callId),
    textField(5, name),
  ]);
  const answer = result && bytesField(2, mcpResult(result));
  return bytesField(15, Buffer.concat([bytesField(1, args), ...(answer ? [answer] : [])]));
}

/** Without the words around the output, which are for the model. */
function shellResult(asked: readonly Buffer[], use: ToolUse, { text, isError }: Result): Buffer {
  const content = [{ kind: "text", text } as const];
  const told = parseResult(use, { kind: "tool-result", callId: "", isError, content });
  const exitCode = told.exitCode ?? (isError ? 1 : 0);
  const output = textField(told.isError ? 6 : 5, onlyText(told) ?? text);
  return bytesField(told.isError ? 2 : 1, Buffer.concat([...asked, intField(3, exitCode), output]));
}

function mcpResult({ text, isError }: Result): Buffer {
  const item = bytesField(1, bytesField(1, textField(1, text)));
  return bytesField(1, Buffer.concat([item, ...(isError ? [numberField(2, 1)] : [])]));
}

/** `google.protobuf.Value` */
function protoValue(value: Json): Buffer {
  if (value === null) return numberField(1, 0);
  if (typeof value === "number") return doubleField(2, value);
  if (typeof value === "string") return bytesField(3, value);
  if (typeof value === "boolean") return numberField(4, value ? 1 : 0);
  if (Array.isArray(value)) {
    return bytesField(6, Buffer.concat(value.map((item) => bytesField(1, protoValue(item)))));
  }
  const members = Object.entries(value).map(([key, item]) =>
    bytesField(1, Buffer.concat([textField(1, key), bytesField(2, protoValue(item))])),
  );
  return bytesField(5, Buffer.concat(members));
}

function doubleField(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8(number * 8 + 1);
  bytes.writeDoubleLE(value, 1);
  return bytes;
}
