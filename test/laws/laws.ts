/** The laws, as assertions on one session file. */
import assert from "node:assert/strict";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Agent } from "../../src/agents/types.ts";
import type { LossCode } from "../../src/convert/report/losses.ts";
import type { Report } from "../../src/convert/report/report.ts";
import type { Fit } from "../../src/convert/survey/fit.ts";
import { isFrame } from "../../src/lossless/document.ts";
import { decode, encode } from "../../src/lossless/residue.ts";
import { NO_RESULT, reasoningAsText } from "../../src/session/text.ts";
import type { Entry, Message, Part, ToolCallPart } from "../../src/session/types.ts";
import {
  convertFile,
  type File,
  readLines,
  readRecords,
  type Seen,
  see,
  shown,
  textsOf,
  workOn,
} from "../support/conversion.ts";
import { sha256 } from "../support/folder.ts";

/** Law 1: what is decoded is encoded to the same bytes, whatever it is. */
export function sameBytes(agent: Agent, bytes: Buffer): void {
  const { entries, residue } = decode(agent, bytes);
  // As JSON, too: a residue is kept in files.
  const stored: typeof residue = JSON.parse(JSON.stringify(residue));
  assert.ok(encode(agent, entries, stored).equals(bytes), `${agent.id} gave other bytes`);
}

export async function copyIsSame(source: File, folder: string): Promise<void> {
  const copy = { agent: source.agent, path: join(folder, "copy.jsonl") };
  const done = await convertFile(source, copy);
  assert.equal(done.how, "copied");
  assert.equal(done.verified.readback, true);
  assert.equal(sha256(copy.path), sha256(source.path));
}

/** Law 2: there and back again gives the same bytes, and the source is not touched. */
export async function thereAndBack(
  source: File,
  through: Agent,
  folder: string,
  options: { fullHistory?: boolean; carry?: "inside"; fit?: Fit } = {},
): Promise<{ there: File; done: Report }> {
  const before = sha256(source.path);
  const there = { agent: through, path: join(folder, "there.jsonl") };
  const back = { agent: source.agent, path: join(folder, "back.jsonl") };
  const done = await convertFile(source, there, options);
  assert.equal(done.how, "converted");
  assert.equal(done.verified.readback, true, "the conversion did not verify its own way back");
  assert.equal((await convertFile(there, back)).how, "restored");
  assert.ok(readFileSync(back.path).equals(readFileSync(source.path)), "other bytes came back");
  assert.equal(sha256(source.path), before, "the source was changed");
  for (const record of readRecords(there.path)) {
    const isOwn = record !== undefined && (isFrame(record) || through.recognises(record));
    assert.ok(isOwn, "not a record of the target's");
  }
  return { there, done };
}

/** Of an agent that no session can be written for, what continues elsewhere stays there. */
export async function cannotComeHome(source: File, through: Agent, folder: string): Promise<void> {
  const there = { agent: through, path: join(folder, "there.jsonl") };
  const home = { agent: source.agent, path: join(folder, "home.jsonl") };
  await convertFile(source, there);
  workOn(there, "new");
  await assert.rejects(convertFile(there, home), { kind: "refused" });
  assert.equal(existsSync(home.path), false);
}

/** There, home, and there again: the third shows what the second did to the first. */
const ROUNDS = 3;

/**
 * Law 3: A → B, B works on, B → A, A works on, A → B … Each time the old bytes are a prefix of the
 * new file, and the new turns are native records that follow the old end.
 */
export async function workAndBack(
  source: File,
  through: Agent,
  folder: string,
  { rounds = ROUNDS, ...options }: { fit?: Fit; rounds?: number } = {},
): Promise<void> {
  let here = { agent: source.agent, path: join(folder, "a0.jsonl") };
  let there = { agent: through, path: join(folder, "b0.jsonl") };
  copyFileSync(source.path, here.path);
  await convertFile(here, there, options);
  for (let round = 1; round <= rounds; round++) {
    const mark = `r${round}`;
    workOn(there, mark);
    const grown = { agent: here.agent, path: join(folder, `${mark}.jsonl`) };
    const done = await convertFile(there, grown);
    assert.equal(done.stale, 0, `${mark}: parts of the carry did not fit`);
    await continues(here, grown, mark, there);
    [here, there] = [there, grown];
  }
}

/** `made`: the session that the turn was made in. */
async function continues(before: File, after: File, mark: string, made: File): Promise<void> {
  const by = made.agent;
  const old = readLines(before.path);
  const now = readLines(after.path);
  assert.ok(now.subarray(0, old.length).equals(old), `${mark}: the old bytes are no prefix`);
  const oldLines = readRecords(before.path).length;
  for (const record of readRecords(after.path).slice(oldLines)) {
    assert.ok(record !== undefined && after.agent.recognises(record), `${mark}: not native`);
  }
  const was = await see(before);
  const is = await see(after);
  const said = is.live.slice(0, was.live.length);
  assert.deepEqual(said.map(textsOf), was.live.map(textsOf), `${mark}: the old conversation`);
  const added = is.live.slice(was.live.length);
  // A form of a session may have names of its own for tools, as Cline's tasks do.
  const called = callsIn((await see(made)).live).at(-1);
  const wanted = shown(by, after.agent, mark, called);
  assert.deepEqual(added.flatMap(textsOf), wanted, `${mark}: the new conversation`);
  hangsOn(was, is, mark);
  const areTools = [by, after.agent].every(({ takesTools }) => takesTools !== false);
  if (!areTools) assert.equal(callsIn(added).length, 0, mark);
  else paired(added, after.agent, mark);
}

/** The message that the first new one follows is the newest of the old conversation. */
function hangsOn(was: Seen, is: Seen, mark: string): void {
  const isMessage = (n: number) => is.entries[n]?.kind === "message";
  const first = is.entries.findIndex(
    (_, n) => n >= was.entries.length && isMessage(n) && is.plan.visibility(n) === "live",
  );
  let parent = is.plan.parent(first);
  while (parent >= 0 && !isMessage(parent)) parent = is.plan.parent(parent);
  assert.equal(parent, was.leaf, `${mark}: the new turn does not follow the old leaf`);
}

function callsIn(messages: readonly Message[]): ToolCallPart[] {
  const parts = messages.flatMap((message) => message.parts);
  return parts.flatMap((part) => (part.kind === "tool-call" ? [part] : []));
}

function paired(added: readonly Message[], agent: Agent, mark: string): void {
  const parts = added.flatMap((message) => message.parts);
  const calls = callsIn(added);
  const results = parts.flatMap((part) => (part.kind === "tool-result" ? [part.callId] : []));
  const ids = calls.map(({ callId }) => callId);
  assert.equal(calls.length, 1, `${mark}: the call`);
  assert.deepEqual(results, ids, `${mark}: the call's result`);
  for (const call of calls) {
    assert.ok(agent.tools.accepts(call) && call.use !== null, `${mark}: not one of its own tools`);
  }
}

/** Law 4: each part of the source is in the target, or a loss says where it went. */
export async function nothingInSilence(source: File, target: File, done: Report): Promise<void> {
  const was = await see(source);
  const is = await see(target);
  const losses = new Map(done.losses.map(({ code, count }) => [code, count]));
  const count = (code: LossCode) => losses.get(code) ?? 0;
  const sent = was.live.filter((message) => !isFailed(message));
  spoken(sent, is, count);
  repeated(was, is);
  called(sent, is, count);
  const entries = was.entries.map((entry, n) => ({ entry, seen: was.plan.visibility(n) }));
  const aside = (seen: string) =>
    entries.filter((e) => e.entry.kind === "message" && e.seen === seen).length;
  assert.equal(count("branch-carried"), aside("branch"), "branch-carried");
  assert.equal(count("compacted-carried"), aside("compacted"), "compacted-carried");
  assert.equal(count("hidden-carried"), aside("hidden"), "hidden-carried");
  assert.equal(count("subagent-carried"), aside("sidechain"), "subagent-carried");
  const live = entries.filter(({ seen }) => seen === "live").map(({ entry }) => entry);
  // What the compaction in force says again is counted as well.
  const again = was.plan.compaction?.kept?.filter(isScaffold).length ?? 0;
  const scaffold = live.filter(isScaffold).length + again;
  assert.equal(count("scaffold-carried"), scaffold, "scaffold-carried");
  assert.equal(count("failed-carried"), live.filter(isFailed).length, "failed-carried");
}

function isScaffold(entry: Entry): boolean {
  return entry.kind === "message" && (entry.scaffold === true || entry.role === "system");
}

function isFailed(entry: Entry): boolean {
  if (entry.kind !== "message" || isScaffold(entry)) return false;
  return entry.stop === "error" || entry.stop === "aborted";
}

/**
 * A session that is text has no half of a surrogate pair, and lines that the user types end in but one
 * way.
 */
function inLines(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they end lines, too
  return text.toWellFormed().replace(/\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]/g, "\n");
}

/** Every text of the source is in the target: what was said in its order, results anywhere. */
function spoken(sent: readonly Message[], is: Seen, count: Count): void {
  let orphans = 0;
  const said = is.live
    .filter(({ role }) => role !== "tool")
    .flatMap(textsOf)
    .map(inLines);
  const isText = count("result-as-text") > 0;
  const results = is.live
    .filter(({ role }) => role === "tool" || (isText && role === "user"))
    .flatMap(textsOf)
    .map(inLines)
    .join("\n");
  let at = 0;
  for (const message of sent) {
    for (const own of textsOf(message).map(inLines)) {
      const text = count("text-repaired") > 0 ? own.toWellFormed() : own;
      if (text.trim() === "") continue;
      if (message.role === "tool") {
        if (!results.includes(text)) orphans++;
      } else {
        const forms = count("reasoning-as-text") > 0 ? [text, reasoningAsText(text)] : [text];
        const found = said.findIndex(
          (candidate, i) => i >= at && forms.some((form) => candidate.includes(form)),
        );
        assert.ok(found >= 0, `lost, or out of order: ${JSON.stringify(text)}`);
        at = found;
      }
    }
  }
  // An orphan may have several texts.
  if (count("result-orphan") === 0) assert.equal(orphans, 0, "results are lost");
}

/** No text is passed on more often than it was there: it would cost, and mislead. */
function repeated(was: Seen, is: Seen): void {
  const before = howOften(was);
  for (const [text, n] of howOften(is)) {
    const times = before.get(text);
    if (times === undefined) continue;
    // A failure that its source marks in a field may be told by this word alone: then two texts become one.
    const [, unmarked] = /^Error: ([\s\S]*)$/.exec(text) ?? [];
    const marked = unmarked === undefined ? 0 : (before.get(unmarked) ?? 0);
    assert.ok(n <= times + marked, `${n} times: ${JSON.stringify(text)}`);
  }
}

function howOften({ live }: Seen): Map<string, number> {
  const times = new Map<string, number>();
  for (const text of live.flatMap(textsOf)) times.set(text, (times.get(text) ?? 0) + 1);
  return times;
}

type Count = (code: LossCode) => number;

function called(sent: readonly Message[], is: Seen, count: Count): void {
  const was = sent.flatMap(({ parts }) => parts);
  const now = is.live.flatMap(({ parts }) => parts);
  const [calls, results] = [number(was, "tool-call"), number(was, "tool-result")];
  assert.equal(number(now, "tool-call"), calls - count("call-as-text"), "tool calls");
  const gone = count("result-orphan") + count("result-as-text");
  assert.equal(
    number(now, "tool-result"),
    results - gone + count("result-missing"),
    "tool results",
  );
  const invented = now.filter(
    (part) =>
      part.kind === "tool-result" &&
      part.content.some((item) => item.kind === "text" && item.text.includes(NO_RESULT)),
  );
  assert.ok(invented.length >= count("result-missing"), "results that are missing say so");
  const told = count("file-as-text") + count("file-inlined");
  assert.ok(number(was, "file") <= told + number(now, "file"), "attached documents");
  const [shown, all] = [pictures(now), pictures(was)];
  assert.equal(shown.length, all.length - count("image-as-text"), "images");
  let at = 0;
  for (const image of all) if (image === shown[at]) at++;
  assert.equal(at, shown.length, "images, in their order");
}

function number(parts: readonly Part[], kind: Part["kind"]): number {
  return parts.filter((part) => part.kind === kind).length;
}

function pictures(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => {
    if (part.kind === "image") return [part.data ?? part.url ?? ""];
    return part.kind === "tool-result" ? pictures(part.content) : [];
  });
}
