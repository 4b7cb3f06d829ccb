/** Conversions from file to file, as `segue convert -o` does them; and an agent that works on. */
import { mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unprovenNote } from "../../src/agents/claim.ts";
import { agents } from "../../src/agents/registry.ts";
import { uuid7 } from "../../src/agents/shared/ids.ts";
import type { Agent } from "../../src/agents/types.ts";
import { convertFile as convert } from "../../src/convert/file.ts";
import { closeBases, openBases } from "../../src/convert/read/bases.ts";
import { feedOf } from "../../src/convert/read/folder.ts";
import { linesOf, openSession } from "../../src/convert/read/open.ts";
import type { Report } from "../../src/convert/report/report.ts";
import type { Fit } from "../../src/convert/survey/fit.ts";
import { surveyFile } from "../../src/convert/survey/survey-file.ts";
import { Input } from "../../src/io/input.ts";
import { formsOf, joinDocument, trustworthy } from "../../src/lossless/document.ts";
import { Records } from "../../src/lossless/feed.ts";
import { linesIn } from "../../src/lossless/lines.ts";
import type { Writer } from "../../src/session/codec.ts";
import { asSeen, type Plan } from "../../src/session/survey.ts";
import { callAsText, resultHeading } from "../../src/session/text.ts";
import type {
  Entry,
  Header,
  Json,
  Message,
  ToolCallPart,
  ToolUse,
} from "../../src/session/types.ts";
import { temporaryFolder } from "./folder.ts";

const root = temporaryFolder();
const scratch = () => mkdtempSync(join(root, "lines-"));

export interface File {
  agent: Agent;
  path: string;
}

/** Converts `source` to `target` as `segue convert -o` does. Whose the source is, it must find out. */
export function convertFile(
  source: File,
  target: File,
  options: { fullHistory?: boolean; carry?: "beside" | "inside"; cwd?: string; fit?: Fit } = {},
): Promise<Report> {
  return convert(source.path, {
    to: target.agent.id,
    output: target.path,
    ...options,
    // That the target's program was never run is no fault of this conversion.
    warn(text) {
      if (text !== unprovenNote(target.agent)) throw new Error(text);
    },
  });
}

export interface Seen {
  entries: Entry[];
  plan: Plan;
  /** The messages that the model sees next, without what the harness injected. */
  live: Message[];
  /** Number of the newest message in the model's view; -1 for none. */
  leaf: number;
}

/** What was seen last, by file and state: each step of a law looks at the file that the step before made. */
const seen = new Map<string, Promise<Seen>>();
const MOST_SEEN = 8;

/** A file, and what it continues, as its own agent's reader understands it. */
export function see(file: File, options: { fullHistory?: boolean } = {}): Promise<Seen> {
  const { mtimeNs, size, ino } = statSync(file.path, { bigint: true });
  const key = [file.agent.id, file.path, ino, size, mtimeNs, options.fullHistory].join(" ");
  const known = seen.get(key) ?? look(file, options);
  seen.set(key, known);
  for (const old of seen.keys()) {
    if (seen.size <= MOST_SEEN) break;
    seen.delete(old);
  }
  return known;
}

async function look({ agent, path }: File, options: { fullHistory?: boolean }): Promise<Seen> {
  const input = openSession(path, { scratch: scratch() });
  const bases = await openBases(agent, path, { env: process.env, scratch: scratch() });
  const { plan } = surveyFile(agent, input, { ...options, bases });
  const lines = [
    ...bases.flatMap((base) => [...base.input.lines({ end: base.bytes })]),
    ...input.lines(),
  ];
  closeBases(bases);
  input.close();
  const feed = feedOf(agent, path);
  const entries = lines.flatMap((line) => feed.entries(line));
  const numbers = entries.map((_, n) => n).filter((n) => plan.visibility(n) === "live");
  const live = numbers.flatMap((n) => {
    const read = entries[n];
    const entry = read && asSeen(plan, read, n);
    return entry?.kind === "message" && !entry.scaffold && entry.role !== "system" ? [entry] : [];
  });
  const leaf = numbers.findLast((n) => entries[n]?.kind === "message") ?? -1;
  return { entries, plan, live, leaf };
}

/** The value of each line; undefined for one that is no JSON. */
export function readRecords(path: string): (Json | undefined)[] {
  const lines = trustworthy(linesIn(readLines(path)), documentIn(path) !== null);
  return [...lines].map(({ value }) => value);
}

/** The bytes of a session's lines: the file's own, or those that stand for a document. */
export function readLines(path: string): Buffer {
  return documentIn(path) ?? readFileSync(path);
}

/** The lines that stand for a document; null for a file of lines. */
function documentIn(path: string): Buffer | null {
  const input = new Input(path);
  const lines = linesOf(input);
  input.close();
  return lines;
}

/** Puts lines at the end of a session, as its form has it. */
function append(path: string, text: string): void {
  put(path, Buffer.concat([readLines(path), Buffer.from(text)]));
}

/** Makes these the session's lines, as its form has it. */
function put(path: string, lines: Buffer): void {
  writeFileSync(path, (documentIn(path) && joinDocument(lines, FORMS)) ?? lines);
}

const FORMS = agents.flatMap(formsOf);

/** A text of each part of a message; what is said, however it is spelled. */
export function textsOf({ parts }: Message): string[] {
  return parts.flatMap((part) => {
    switch (part.kind) {
      case "text":
      case "reasoning":
      case "other":
        return [part.text];
      case "tool-result":
        return part.content.flatMap((item) =>
          item.kind === "text" || item.kind === "other" ? [item.text] : [],
        );
      default:
        return [];
    }
  });
}

const USES: readonly ToolUse[] = [
  { tool: "execute", command: "ls -l" },
  { tool: "read", path: "/home/dev/shop/cart.js" },
  { tool: "write", path: "/home/dev/shop/new.txt", content: "one\ntwo\n" },
];

/** A turn of the conversation, as an agent's own CLI would have it: every text holds `mark`. */
export function turn(agent: Agent, mark: string): Message[] {
  const time = "2026-11-22T10:00:00.000Z";
  const place = { kind: "message", parentId: null, time } as const;
  const question: Message = {
    ...place,
    id: `${mark}-1`,
    role: "user",
    parts: [{ kind: "text", text: `question ${mark} 🐢` }],
  };
  const answer: Message = {
    ...place,
    id: `${mark}-4`,
    role: "assistant",
    group: `${mark}-4`,
    parts: [{ kind: "text", text: `answer ${mark}` }],
    stop: "end",
  };
  if (agent.takesTools === false) return [question, answer];
  const use = USES.find((candidate) => agent.tools.toNative(candidate) !== null);
  const native = use && agent.tools.toNative(use);
  if (!native) throw new Error(`${agent.id} has no tool that the turn could use`);
  // No fixture has an id like this: where one is used twice, OpenHands sends the first result alone.
  const callId = `call_of_${mark}`;
  return [
    question,
    {
      ...place,
      id: `${mark}-2`,
      role: "assistant",
      group: `${mark}-2`,
      parts: [
        { kind: "text", text: `plan ${mark}` },
        { kind: "tool-call", callId, name: native.name, input: native.input, use: use ?? null },
      ],
      stop: "tool",
    },
    {
      ...place,
      id: `${mark}-3`,
      role: "tool",
      parts: [
        {
          kind: "tool-result",
          callId,
          isError: false,
          content: [{ kind: "text", text: `result ${mark}` }],
        },
      ],
    },
    answer,
  ];
}

/** The texts of a turn that `by` made, with this call or its usual one, as they are in a session of `at`. */
export function shown(by: Agent, at: Agent, mark: string, call?: ToolCallPart): string[] {
  const messages = turn(by, mark);
  if (at.takesTools !== false || by.takesTools === false) return messages.flatMap(textsOf);
  // Without tools, a call stands with what was said before it, and a result below a heading.
  const parts = messages.flatMap((message) => message.parts);
  const own = call ?? parts.find((part) => part.kind === "tool-call");
  if (own === undefined) throw new Error("a turn without a call");
  const [question = "", plan = "", result = "", answer = ""] = messages.flatMap(textsOf);
  const called = `${plan}\n\n${callAsText(own.name, own.input)}`;
  return [question, called, `${resultHeading(own.name, false)}\n${result}`, answer];
}

/** The lines that `entries` give after what `writer` has committed. */
export function write(writer: Writer, entries: readonly Entry[]): string {
  let text = "";
  writer.expect?.(entries, false);
  for (const entry of entries) {
    for (const record of writer.predict(entry)) {
      writer.commit(record);
      text += `${JSON.stringify(record)}\n`;
    }
  }
  return text;
}

/**
 * The agent continues with a session of its own: appends a turn as its CLI would. `first`: what it
 * writes before, such as a compaction. `back`: the place that the user goes back to, as the number
 * of records before it and of the user's turns after it.
 */
export function workOn(
  { agent, path }: File,
  mark: string,
  {
    first = [],
    back,
  }: { first?: readonly Entry[]; back?: { records: number; turns: number } } = {},
): void {
  const writer = agent.writer({ seed: `native ${mark}`, cliVersion: null });
  let place: string | undefined;
  const records = new Records(agent.recognises);
  [...linesIn(readLines(path))].forEach((line, n) => {
    if (n === back?.records) place = writer.mark();
    for (const record of records.of(line).values) writer.commit(record);
  });
  if (back && agent.cutsOff) put(path, linesBefore(path, back.records));
  const bytes = readLines(path);
  let text = bytes.length > 0 && bytes.at(-1) !== 0x0a ? "\n" : "";
  const gone = back && place !== undefined ? writer.rewind(place, back.turns) : [];
  for (const record of gone) {
    writer.commit(record);
    text += `${JSON.stringify(record)}\n`;
  }
  append(path, text + write(writer, [...first, ...turn(agent, mark)]));
}

/** What a CLI leaves that cuts its file off when its user goes back. */
function linesBefore(path: string, records: number): Buffer {
  const lines = readLines(path).toString("utf8").split("\n").slice(0, records);
  return Buffer.from(lines.map((line) => `${line}\n`).join(""));
}

/** The beginning of a session file that the agent's own writer makes, and the writer. */
export function opening(agent: Agent, seed: string): { writer: Writer; text: string } {
  const header: Header = {
    agent: agent.id,
    id: uuid7(seed, 0, TIME),
    title: null,
    cwd: "/home/dev/shop",
    gitBranch: "main",
    gitCommit: null,
    model: null,
    version: null,
    createdAt: TIME,
    updatedAt: TIME,
    parent: null,
  };
  // Lines that are in no store; a document's are as in one.
  const form = formsOf(agent).length === 0 ? "file" : "store";
  const writer = agent.writer({ seed, cliVersion: null, form });
  writer.begin?.(header);
  const start: Entry = {
    kind: "event",
    id: "start",
    parentId: null,
    time: TIME,
    event: "start",
    header,
  };
  return { writer, text: write(writer, [start]) };
}

const TIME = "2026-11-21T09:00:00.000Z";
