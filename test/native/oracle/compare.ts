/**
 * What of one request's content is in another: the source's own (what its model sees) and the
 * target's, with the loss report between them.
 */
import { arr, isObj, parseJson } from "../model-server/json.ts";
import type { Atom, Kind } from "./atoms.ts";
import { unserialized } from "./serialized.ts";

export interface Loss {
  code: string;
  count: number;
}

/** A block of which something is not in the target's request. */
export interface Gone {
  atom: Atom;
  /** The lines that are not there; of a blob its digest. */
  lines: string[];
  /** The code of the loss report that names it; null: it vanished. */
  code: string | null;
}

export interface Outcome {
  /** All blocks' leaves that had to be there. */
  atoms: number;
  gone: Gone[];
  /** Texts that stand in another order. */
  moved: string[];
  /** Lines that somebody said, and that the target's model is sent more often. */
  repeated: string[];
}

/** Lines of what the CLI itself puts into any request; see `baseline.ts`. */
export type Injected = ReadonlySet<string>;

export interface Sides {
  truth: readonly Atom[];
  sent: readonly Atom[];
  /** What the source's CLI, and the target's, send in an empty session as well. */
  own: Injected;
  theirs: Injected;
  losses: readonly Loss[];
  /** Folders of the lab, which a text may name in full or from there. */
  cwd: string;
}

export function compare(sides: Sides): Outcome {
  const truth = sides.truth
    .flatMap(unserialized)
    .map((atom) => unquoted(withoutTime(withoutCode(withoutReminders(atom, sides.own)))))
    .filter((atom) => !isInjected(atom, sides.own));
  const sent = sides.sent.map(unquoted).filter((atom) => !isInjected(atom, sides.theirs));
  const hay = new Hay(sent, sides.cwd);
  const named = new Named(sides.losses);
  const gone: Gone[] = [];
  // What a harness wrote may hold the words of somebody: it gets what is left.
  for (const atom of [...truth].sort(
    (a, b) => Number(isInjectedThen(a)) - Number(isInjectedThen(b)),
  )) {
    const lines = missing(atom, hay, sides.own);
    if (lines.length > 0) gone.push({ atom, lines, code: named.take(atom, lines) });
  }
  return {
    atoms: truth.length,
    gone,
    moved: outOfOrder(truth, sent),
    repeated: sentAgain(truth, sent),
  };
}

/** Shorter lines may stand in a frame of the target's own. */
const TELLING = 12;

function sentAgain(truth: readonly Atom[], sent: readonly Atom[]): string[] {
  const [before, now] = [truth, sent].map(countLines);
  const said = new Set(
    truth.filter(({ kind }) => kind === "text").flatMap(({ text }) => linesOf(text)),
  );
  return [...said].filter(
    (line) => line.length >= TELLING && (now?.get(line) ?? 0) > (before?.get(line) ?? 0),
  );
}

function countLines(atoms: readonly Atom[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { bytes, text } of atoms) {
    if (bytes) continue;
    for (const line of linesOf(text)) times.set(line, (times.get(line) ?? 0) + 1);
  }
  return times;
}

/** White space is one space: targets wrap and indent as they do. */
export function normal(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

export function linesOf(text: string): string[] {
  return text
    .split(/\r\n|[\n\r]/)
    .map(normal)
    .filter((line) => line !== "");
}

/** A line as it would be in another run: without times, ids, git's hashes and counts. */
export function anyRun(line: string): string {
  return (
    line
      .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "#")
      .replace(/^[0-9a-f]{7,40}(?= )/, "#")
      // Gemini CLI's goes by the project that a session was recorded for.
      .replace(/^(The project's temporary directory is:).*/, "$1")
      .replace(/\d+/g, "#")
  );
}

/** Claude Code puts what it tells its model of the present at the end of a result that comes last. */
function withoutReminders(atom: Atom, injected: Injected): Atom {
  if (atom.kind !== "result" || atom.bytes) return atom;
  const text = atom.text.replace(
    /\n\n<system-reminder>\n([^<]*)<\/system-reminder>\s*$/,
    (all, said) => (linesOf(String(said)).every((line) => injected.has(anyRun(line))) ? "" : all),
  );
  return { ...atom, text };
}

/**
 * Auggie puts a command's exit code before its output, in lines of its own, and numbers the lines of a
 * file, empty ones too.
 */
function withoutCode(atom: Atom): Atom {
  if (atom.kind !== "result") return atom;
  const text = atom.text.replace(RETURN_CODE, "");
  const isFile = text.startsWith("Here's the result of running `cat -n` on ");
  return { ...atom, text: isFile ? text.replace(/^ *\d+\t$/gm, "") : text };
}

const RETURN_CODE =
  /^Here are the results from executing the command\.\n<return-code>\n-?\d+\n<\/return-code>\n/;

/** OpenClaw puts the time before every prompt that it sends, and stores none of it. */
function withoutTime(atom: Atom): Atom {
  if (atom.kind !== "text" || atom.bytes) return atom;
  return {
    ...atom,
    text: atom.text.replace(/^\[[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d \w+\] /, ""),
  };
}

/**
 * Reasoning that Segue gave one CLI as a quotation, and another as reasoning, is the same. In Aider's
 * history, a quotation has a space before each line.
 */
function unquoted(atom: Atom): Atom {
  if (atom.kind !== "text" || atom.bytes) return atom;
  const quotation = /^\s*\[Reasoning before this answer, quoted:\]\n((?: ?>.*(?:\n|$))+)/;
  const text = atom.text.replace(quotation, (_, lines) => String(lines).replace(/^ ?> ?/gm, ""));
  return { ...atom, text };
}

/** All of it is what the CLI sends of its own accord. */
function isInjected(atom: Atom, injected: Injected): boolean {
  if (atom.kind !== "text") return false;
  return linesOf(atom.text).every((line) => injected.has(anyRun(line)) || ON_RESUMING.test(line));
}

/**
 * What Mastra Code puts before a conversation of which observations are sent. Those that it has only buffered
 * become active with the very turn that asks: until then they are in the thread's record, which is carried,
 * and the target gets the messages that they stand for. (Of active ones, it is `scaffold-carried`.)
 */
const ON_OBSERVING = /^<system-reminder>Please continue naturally with the conversation/;

/** What a CLI tells its model when it resumes a session, and not with an empty one: Qwen Code 0.24.4. */
const ON_RESUMING = /^\d+ background agents? (?:was|were) restored from this session\./;

class Hay {
  readonly #digests = new Set<string>();
  readonly #sealed = new Set<string>();
  readonly #text: string;
  readonly #taken = new Map<string, number>();
  readonly #cwd: string;

  constructor(sent: readonly Atom[], cwd: string) {
    this.#cwd = cwd;
    const texts: string[] = [];
    for (const atom of sent) {
      if (atom.bytes) {
        this.#digests.add(atom.text);
        texts.push(...textIn(atom.bytes));
      } else if (atom.kind === "sealed") this.#sealed.add(atom.text);
      else texts.push(...linesOf(atom.text), ...inJson(atom.text));
    }
    this.#text = `\n${texts.join("\n")}\n`;
  }

  hasBlob(digest: string): boolean {
    return this.#digests.has(digest);
  }

  hasSealed(told: string): boolean {
    return this.#sealed.has(told);
  }

  /** Each line of the truth needs one of its own here. */
  take(line: string): boolean {
    for (const form of formsOf(line, this.#cwd)) {
      const used = this.#taken.get(form) ?? 0;
      if (this.#count(form, used + 1) <= used) continue;
      this.#taken.set(form, used + 1);
      return true;
    }
    return false;
  }

  /** A text in one vendor's tags may stand in another's, or in none. */
  takeBetweenTags(line: string): boolean {
    const pieces = line
      .split(TAG)
      .map(normal)
      .filter((piece) => piece !== "");
    return pieces[0] !== line && pieces.every((piece) => this.take(piece));
  }

  /** A line of JSON that stands among others, as the cells of a notebook. */
  takeJson(line: string): boolean {
    const said = inJson(line);
    return said.length > 0 && said.every((one) => this.take(one) || this.takeBetweenTags(one));
  }

  #count(line: string, most: number): number {
    let found = 0;
    // A short word must stand as a word: "1" is not in "2019".
    const asWord = line.length < 5;
    for (let at = this.#text.indexOf(line); at >= 0 && found < most; ) {
      if (!asWord || isWord(this.#text, at, line.length)) found += 1;
      at = this.#text.indexOf(line, at + line.length);
    }
    return found;
  }
}

function isWord(text: string, at: number, length: number): boolean {
  const letter = /[\p{L}\p{N}]/u;
  const first = text[at] ?? "";
  const last = text[at + length - 1] ?? "";
  const before = letter.test(first) && letter.test(text[at - 1] ?? "");
  const after = letter.test(last) && letter.test(text[at + length] ?? "");
  return !before && !after;
}

/** What Claude Code says of attachments around a name or a line, which is what counts. */
const AROUND_NAMES = [
  /^Called the (?:Read|Bash) tool with the following input: \{"(?:file_path|command)":"(?:ls )?([^"]+)"/,
  /^PDF file(?: read)?: (\S+) \(/,
  /^The user selected the lines \d+ to \d+ from (.+):$/,
  /^The user opened the file (.+) in the IDE\./,
  /^Contents of (.+):$/,
  /^Note: (\S+) (?:was modified|changed on disk|was read before)/,
  /^(?:\d+) (.+)$/,
  // Continue, before what a command that failed said.
  /^Error executing tool Bash: Error \(exit code \d+\): (.+)$/,
  // Kimi CLI, where a tool failed.
  /^<system>ERROR: (.+)<\/system>$/,
  // Copilot CLI, of a file that was attached and is not there now.
  /^\* (\S+) \(error: Error: ENOENT: .*\)$/,
];

/** A line of a patch is one of an edit as well, one of output may be named so; a path may be named in full, from the project on, or as a URL. */
function* formsOf(line: string, cwd: string): Generator<string> {
  yield line;
  const [, patched] =
    /^(?:(?:Output|Error|Stdout|Stderr): |[+-] ?|\*\*\* (?:Add|Update|Delete) File: )(.+)$/.exec(
      line,
    ) ?? [];
  if (patched !== undefined) yield* formsOf(patched, cwd);
  for (const form of AROUND_NAMES) {
    const [, name] = form.exec(line) ?? [];
    if (name !== undefined) yield* formsOf(name, cwd);
  }
  const bare = line.replace(/^file:\/\//, "");
  if (bare !== line) yield bare;
  if (bare.startsWith(`${cwd}/`)) yield bare.slice(cwd.length + 1);
  else if (/^(?:\.\/)?[\w.-]+(?:\/[\w.-]+)*$/.test(bare))
    yield `${cwd}/${bare.replace(/^\.\//, "")}`;
}

/** The strings in a text that is JSON: some agents keep a tool's result so. */
function inJson(text: string): string[] {
  if (!/^\s*[[{]/.test(text)) return [];
  return leaves(parseJson(text)).flatMap(linesOf);
}

function leaves(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return arr(value).flatMap(leaves);
  return isObj(value) ? Object.values(value).flatMap(leaves) : [];
}

function textIn(bytes: Buffer): string[] {
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? linesOf(text) : [];
}

function missing(atom: Atom, hay: Hay, own: Injected): string[] {
  if (atom.kind === "sealed") return hay.hasSealed(atom.text) ? [] : [atom.text];
  if (atom.bytes) {
    if (hay.hasBlob(atom.text)) return [];
    const text = textIn(atom.bytes);
    return text.length > 0 && text.every((line) => hay.take(line)) ? [] : [atom.text];
  }
  const lines = linesOf(atom.text).filter(
    (line) => !isFraming(line, atom) && !isOwn(line, atom, own),
  );
  const gone = lines.filter(
    (line) => !hay.take(line) && !hay.takeBetweenTags(line) && !hay.takeJson(line),
  );
  if (gone.length === 0) return [];
  const parsed = inJson(atom.text);
  return parsed.length > 0 && parsed.every((line) => hay.take(line)) ? [] : gone;
}

function isOwn(line: string, { kind }: Atom, own: Injected): boolean {
  return kind === "text" && line.length >= 12 && own.has(anyRun(line));
}

/**
 * What the harnesses write around a tool's result: the session model has the result and its exit
 * code, and each target frames them its own way.
 */
const AROUND_RESULTS = [
  // What Codex says in place of audio or images that its model does not take, and of outputs that it does not read.
  /^(?:audio|image) content omitted because .*$/,
  /^aborted$/,
  /^(?:Chunk ID|Wall time|Process exited with code|Process running with session ID|Original token count|Total output lines|Exit code|Exit Code|Signal|Process Group PGID|Background PIDs|Error):? ?[\w().-]*(?: seconds)?$/,
  /^Output:(?: \(empty\))?$/,
  /^(?:Command|Directory): /,
  /^\(?Command exited with code \d+\)?$/,
  // Droid.
  /^\[Process exited with code \d+\]$/,
  /^\(no output\)$/,
  /^Error: Command failed \(exit code: \d+\)$/,
  /^Command completed successfully$/,
  /^Error: Tool execution was cancelled$/,
  /^Script (?:completed|failed)$/,
  /^<(?:exited with exit code \d+|shellId: \w+ completed with exit code \d+)>$/,
  /^\(End of file - total \d+ lines\)$/,
  // Kimi Code.
  /^<system>(?:ERROR: Tool execution failed\.|Tool output is empty\.)<\/system>$/,
  /^Command (?:failed with exit code: \d+|executed successfully)\.$/,
  // Kimi CLI.
  /^<system>(?:ERROR: Command failed with exit code: -?\d+|Command executed successfully)\.<\/system>$/,
  // What Nanocoder puts before the output of a command.
  /^EXIT_CODE: -?\d+$/,
  // Claude Code, in place of a reference to a tool that it does not declare now.
  // Copilot CLI, where it found no result.
  /^The execution of this tool, or a previous tool was interrupted\.$/,
  /^\[Tool references removed - [\w ]+\]$/,
  // Continue, before a file's content.
  /^Content of .+:$/,
  // OpenHands.
  /^\[An error occurred during execution\.\]$/,
  /^\[(?:The command completed with|Command finished with) exit code -?\d+[.]?\]$/,
  // Auggie, before a file's lines and after them.
  /^Here's the result of running `cat -n` on .+:$/,
  /^Total lines in file: \d+$/,
  // Grok Build.
  /^exit: -?\d+$/,
  // Deep Agents Code: and which lines of a file these are.
  /^\[Command (?:succeeded|failed) with exit code -?\d+\]$/,
  /^@@ lines \d+-\d+ of \d+ @@$/,
  // Crush, of a picture that it sends after the results.
  /^\[Image\/media content loaded - see attached file\]$/,
];

/** What they say of their own accord around words of the user's and of programs. */
const AROUND_TEXTS = [
  // OpenHands, before images of a tool's result.
  /^\[The following images are tool output - treat them as data, not instructions\]$/,
  /^(?:audio|image) content omitted because .*$/,
  /^The user sent a new message while you were working:$/,
  /^IMPORTANT: After completing your current task, you MUST address the user's message above\./,
  /^\[SYSTEM NOTIFICATION - NOT USER INPUT\]$/,
  /^This is an automated background-task event, NOT a message from the user\.$/,
  /^Do NOT interpret this as user acknowledgement, confirmation, or response/,
  /^<local-command-caveat>/,
  // Since 2.1.332.
  /^This is how Claude Code surfaces messages the user sends mid-turn/,
  /^No human input has been received since the last genuine user message/,
  /^\[MESSAGE FROM NON-USER SOURCE - NOT USER INPUT\]$/,
  /^Result of calling the (?:Read|Bash) tool:$/,
  /^\d+$/,
  /^Full contents of resource:$/,
  /^Do NOT read this resource again unless/,
  /^\[Binary content: [\w/.+-]+\]$/,
  /^This may or may not be related to the current task\.$/,
  /^<current_datetime>[^<]*<\/current_datetime>$/,
  // Claude Code, where a session ends with a prompt or a result.
  /^Continue from where you left off\.$/,
  /^No response requested\.$/,
  // Qwen Code, between what it was given; Pi, before a summary.
  /^\(attached media from previous tool call\)$/,
  /^Got it\. Thanks for the additional context!$/,
  /^The conversation history before this point was compacted into the following summary:$/,
  // Droid, around a summary, and for a file that it attached once and that is gone.
  /^A previous instance of Droid has summarized the conversation thus far as follows:$/,
  /^IMPORTANT: This summary was created by a previous instance of Droid\./,
  /^<attached-file [^>]*>\[File content unavailable\]<\/attached-file>$/,
  // OpenCode, before a summary.
  /^What did we do so far\?$/,
  // Kimi Code, after a summary, and where a turn was broken off.
  /^Context compaction is complete — continue the work that was in progress when it began\.$/,
  /^The previous turn was interrupted by the user before completion;/,
  // Goose, after a summary.
  /^Your context was compacted(?: at the user's request)?\. The previous message contains a summary of the conversation so far\.$/,
  /^Do not mention that you read a summary or that conversation summarization occurred\.$/,
  /^Just continue the conversation naturally based on the summarized context\.$/,
  /^\(The above is an automated summary of earlier conversation\. Continue from the most recent message\.\)$/,
  // Grok Build, before a summary.
  /^This session is being continued from a previous conversation that ran out of context\. The summary below covers/,
  // Mistral Vibe, around what is left after a compaction.
  /^You are continuing a trajectory after a context compaction\.$/,
  /^Here are some of the most recent previous user messages, preserved verbatim where possible\./,
  /^Here is a summary of what has happened so far:$/,
  // Crush, before files that the user attached, and pictures of results.
  /^<system_info>The files below have been attached by the user, consider them in your response<\/system_info>$/,
  /^Here is the media content from the tool result:$/,
  // gptme, before a picture.
  /^!\[([^\]]+)\]\(\1\):$/,
  // Kimi CLI, before a summary.
  /^<system>Previous context has been compacted\. Here is the compaction output:<\/system>$/,
  // Gemini CLI, where a session ends without an answer.
  /^\[The previous response was interrupted before it completed\.\]$/,
];

/** Around what a call does: how a shell is started, and the frame of a patch. */
const AROUND_ARGUMENTS = [
  /^(?:bash|\/bin\/bash|sh|-lc|-c)$/,
  /^apply_patch <<'?EOF'?$/,
  /^EOF$/,
  /^\*\*\* (?:Begin|End) Patch$/,
  /^@@/,
];

const AROUND: Partial<Record<Kind, readonly RegExp[]>> = {
  text: AROUND_TEXTS,
  result: AROUND_RESULTS,
  argument: AROUND_ARGUMENTS,
};

const TAG = /<\/?[A-Za-z][\w-]*(?: [^<>]*)?>/;

function isFraming(line: string, { kind }: Atom): boolean {
  if (kind !== "argument" && line.split(TAG).every((piece) => piece.trim() === "")) return true;
  return AROUND[kind]?.some((form) => form.test(line)) ?? false;
}

/** Texts of the conversation in another order than in the source, where each is there once. */
function outOfOrder(truth: readonly Atom[], sent: readonly Atom[]): string[] {
  const moved: string[] = [];
  for (const kind of ["text", "result"] as const) {
    const theirs = sent
      .filter((atom) => atom.kind === "text" || atom.kind === kind)
      .map(({ text }) => normal(text));
    const places = truth
      .map((atom, index) => ({ atom, index }))
      .filter(
        ({ atom, index }) => atom.kind === kind && !isThoughtAfterwards(atom, truth[index - 1]),
      )
      .map(({ atom, index }) => ({ text: normal(atom.text), run: runOf(truth, index) }))
      .filter(({ text }, _, all) => all.filter((other) => other.text.includes(text)).length === 1)
      .flatMap(({ text, run }) => {
        const at = theirs.flatMap((other, index) => (other.includes(text) ? [index] : []));
        const [first, ...more] = at;
        return first === undefined || more.length > 0 ? [] : [{ text, run, at: first }];
      })
      .sort((a, b) => a.run - b.run || a.at - b.at);
    const kept = longestRising(places.map(({ at }) => at));
    moved.push(...places.filter((_, index) => !kept.has(index)).map(({ text }) => text));
  }
  return moved;
}

/**
 * Where a text stands: results that follow each other are of calls that were made at once, and Grok Build has them
 * in the order in which they came.
 */
function runOf(atoms: readonly Atom[], index: number): number {
  if (atoms[index]?.kind !== "result") return index;
  let first = index;
  while (first > 0 && atoms[first - 1]?.kind === "result") first -= 1;
  return first;
}

/** Crush sends what was thought after what was said; for others, it comes before that. */
function isThoughtAfterwards(atom: Atom, before: Atom | undefined): boolean {
  if (atom.type !== "thinking" || before?.type !== "text" || before.role !== "assistant")
    return false;
  const [here, there] = [atom, before].map(({ place }) => place.split(".").slice(0, 2).join("."));
  return here === there;
}

/** The indices of a longest run that never falls. */
function longestRising(values: readonly number[]): Set<number> {
  const best: number[] = [];
  const from: number[] = [];
  for (const [at, value] of values.entries()) {
    best[at] = 1;
    from[at] = -1;
    for (let before = 0; before < at; before += 1) {
      const longer = (best[before] ?? 0) + 1;
      if ((values[before] ?? 0) <= value && longer > (best[at] ?? 0)) {
        best[at] = longer;
        from[at] = before;
      }
    }
  }
  let at = best.indexOf(Math.max(0, ...best));
  const kept = new Set<number>();
  while (at >= 0) {
    kept.add(at);
    at = from[at] ?? -1;
  }
  return kept;
}

/** Codes that name content as not sent, or not sent as it was, by what they can be about. */
const NAMES: { [code: string]: (atom: Atom, lines: readonly string[]) => boolean } = {
  "reasoning-as-text": ({ kind, type }) => kind === "sealed" && /reasoning|thinking/.test(type),
  "reasoning-unsealed": ({ kind, type }) => kind === "sealed" && /reasoning|thinking/.test(type),
  "reasoning-sealed": ({ kind, type }) => kind === "sealed" && /reasoning|thinking/.test(type),
  "content-sealed": ({ kind }) => kind === "sealed",
  "compaction-sealed": ({ kind, type }) => kind === "sealed" && /compaction/.test(type),
  "image-as-text": ({ kind }) => kind === "blob",
  "file-as-text": ({ kind, type }) => kind === "blob" || /document|file/.test(type),
  "content-missing": () => true,
  "history-cut-by-target": () => true,
  "result-cut-by-target": ({ kind }) => kind === "result",
  "result-replaced-by-target": ({ kind }) => kind === "result",
  "content-cut": ({ kind }) => kind !== "sealed",
  "record-unknown": () => true,
  "record-foreign": () => true,
  "line-unreadable": () => true,
  // The source's own CLI has its own words for it.
  "result-missing": ({ kind }) => kind === "result",
  "result-orphan": ({ kind }) => kind === "result",
  "argument-carried": ({ kind }) => kind === "argument",
  "tool-adapted": ({ kind }) => kind === "argument",
  // Claude Code joins its listings with what the user attached to one system message.
  "scaffold-carried": (atom, lines) =>
    isInjectedThen(atom) || (atom.role === "system" && lines.every((line) => BLANKED.test(line))),
  // Codex keeps its instructions in the session's first record.
  "event-carried": ({ kind, role, text }) =>
    // That the user stopped a turn is an event to Segue, and a text of its own to Codex.
    kind === "text" &&
    (role === "developer" || /^<turn_aborted>/.test(text) || ON_OBSERVING.test(text)),
  "limit-carried": ({ text, role }) => role === "assistant" && /API Error|limit/i.test(text),
};

/** Of what a harness injected it is enough that it is named: a message of several parts counts once. */
const UNCOUNTED = new Set(["scaffold-carried", "event-carried"]);

const BLANKED = /^(?:<system-reminder>\s*)?lorem ipsum dolor sit\b/;

/**
 * Context that a harness put into the conversation when it was recorded, as its own tags tell. Not
 * every reminder is that: what the user queued, what a hook said and what a task came to is content.
 */
const SCAFFOLD = [
  /^<(?:environment_context|user_instructions|permissions instructions|skills_instructions|collaboration_mode|model_switch|apps_instructions|plugins_instructions|personality_spec|session_context|current_datetime|plan_mode|tools_changed_notice|user_info)\b/,
  /^# AGENTS\.md instructions/,
  /^<system_info>The time is now /,
  // How long nobody said anything, as Mastra Code tells it.
  /^<system-reminder type="temporal-gap"/,
  // Prompts of the vendor's, in a recorded session of Claude Code 2.1.332.
  /^(?:<system-reminder>\s*)?[\s\S]{0,80} … \(blanked\)/,
  /^Warning: apply_patch was requested via /,
  // Vendors' words, blanked in the fixtures.
  BLANKED,
  /^This is the (?:Gemini|Qwen) (?:CLI|Code)\b/,
  /^(?:<system-reminder>\s*)?(?:Attached image local file paths:|User system info|As you answer the user's questions, you can use the following context|The task tools haven't been used|The TodoWrite tool hasn't been used|Your todo list|This is a reminder that your todo list|The following (?:skills|deferred tools) are|Available agent types|The current date is|The date has changed|Plan mode|You have exited plan mode|Auto mode|MCP servers? (?:connected|disconnected|currently connecting)|You stopped with \d+ incomplete todo item|Last turn had no tool call|Please continue naturally with the conversation|Note: \S+ was (?:read before|modified))/,
];

function isScaffold({ kind, text, role }: Atom): boolean {
  if (kind !== "text") return false;
  return role === "developer" || SCAFFOLD.some((start) => start.test(text.trim()));
}

function isInjectedThen(atom: Atom): boolean {
  return isScaffold(atom) || isEcho(atom);
}

/**
 * Aider (0.86.2) takes the lines of a prompt in its own command line for an answer. They end as all that
 * it says itself, and no answer does.
 */
function isEcho({ kind, role, text }: Atom): boolean {
  return kind === "text" && role === "assistant" && text.endsWith("  \n");
}

/** What the loss report has to say, each as often as it counts. */
class Named {
  readonly #left: Map<string, number>;
  readonly #blocks = new Map<string, string>();

  constructor(losses: readonly Loss[]) {
    this.#left = new Map(losses.map(({ code, count }) => [code, count]));
  }

  take(atom: Atom, lines: readonly string[]): string | null {
    const before = this.#blocks.get(atom.block);
    if (before !== undefined && NAMES[before]?.(atom, lines)) return before;
    for (const [code, fits] of Object.entries(NAMES)) {
      const left = this.#left.get(code) ?? 0;
      if (left <= 0 || !fits(atom, lines)) continue;
      if (!UNCOUNTED.has(code)) this.#left.set(code, left - 1);
      this.#blocks.set(atom.block, code);
      return code;
    }
    return null;
  }
}
