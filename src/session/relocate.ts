/**
 * Moves a session to another folder: paths below the old folder that its tools were given become
 * paths below the new one. Only paths change, never messages or tool output.
 */
import { moved, type PathRules, rulesFor } from "./paths.ts";
import type { Json, ToolUse } from "./types.ts";

/** A JSON string, and the colon after it that makes it a key. */
const STRING = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/** Keys of messages, file contents and answers: a path in them is quoted, not used. */
const TEXTS = new Set([
  ...["text", "content", "thinking", "reasoning", "summary", "title", "message", "prompt"],
  ...["description", "old_string", "new_string", "oldText", "newText", "oldString", "newString"],
  ...["old_str", "new_str", "file_content"],
  ...["output", "stdout", "stderr", "result", "aggregated_output", "formatted_output", "display"],
  ...["signature", "encrypted_content", "data", "originalFile", "unified_diff", "lastPrompt"],
]);
const COMMANDS = new Set(["command", "cmd", "script"]);
/** Arguments as text: in Muse Code `args`, and in Antigravity's protobuf the third field of a call. */
const NESTED = new Set(["arguments", "input_json", "args", "#3"]);
const FILE = "file://";

const PATCH = "*** Begin Patch\n";
const PATCH_PATHS = /^(\*\*\* (?:(?:Add|Delete|Update) File|Move to): )(.+)$/gm;

const CALLS = /(?<![^\n])(@[^\r\n(]+\([\w:.-]+\): )(\{[^\n]*\})(?![^\n])/g;

export class Relocation {
  readonly from: string;
  readonly to: string;
  readonly #rules: PathRules;
  readonly #inCommand: RegExp;
  #count = 0;

  /** null if nothing moves. */
  static between(
    from: string | null,
    to: string | null | undefined,
    platform: NodeJS.Platform = process.platform,
  ): Relocation | null {
    if (from === null || to === null || to === undefined) return null;
    const rules = rulesFor(platform);
    // Everything is below the root, so that is not a project.
    if (trimmed(from) === trimmed(to) || moved("/", from, "/", rules) !== null) return null;
    if (moved(from, from, to, rules) === null) return null;
    return new Relocation(from, to, rules);
  }

  private constructor(from: string, to: string, rules: PathRules) {
    this.from = from;
    this.to = to;
    this.#rules = rules;
    this.#inCommand = inCommand(trimmed(from));
  }

  /** The number of paths that were rewritten since the last call. */
  take(): number {
    const count = this.#count;
    this.#count = 0;
    return count;
  }

  path(path: string): string {
    const at = moved(path, this.from, this.to, this.#rules);
    if (at === null || at === path) return path;
    this.#count++;
    return at;
  }

  /** Paths in a command that are separate words, or begin one. */
  command(command: string): string {
    const needsQuotes = /[^\w./:@%+=,\\-]/.test(this.to);
    return command.replace(this.#inCommand, (whole, before: string, path: string) => {
      // Unquoted, it would become two words.
      if (needsQuotes && before !== '"' && before !== "'") return whole;
      return before + this.path(path);
    });
  }

  patch(patch: string): string {
    return patch.replace(PATCH_PATHS, (_, verb: string, path: string) => verb + this.path(path));
  }

  use(use: ToolUse): ToolUse {
    switch (use.tool) {
      case "execute": {
        const command = this.command(use.command);
        return { ...use, command, ...(use.cwd === undefined ? {} : { cwd: this.path(use.cwd) }) };
      }
      case "patch":
        return { ...use, patch: this.patch(use.patch) };
      case "mcp":
        return { ...use, input: this.json(use.input) };
      case "notebook-edit":
        return { ...use, path: this.path(use.path), input: this.json(use.input) };
      case "read":
      case "write":
      case "edit":
      case "list":
      case "view-image":
        return { ...use, path: this.path(use.path) };
      case "search":
      case "glob":
        return use.path === undefined ? use : { ...use, path: this.path(use.path) };
      case "fetch":
      case "web-search":
      case "todo":
      case "subagent":
      case "ask":
        return use;
    }
  }

  /** The arguments of a tool, or a whole record. */
  json(value: Json): Json {
    if (typeof value === "string") return value.startsWith(PATCH) ? this.patch(value) : value;
    const text = printed(value);
    const now = text && this.text(text);
    if (!now || now === text) return value;
    const parsed: Json = JSON.parse(now);
    return parsed;
  }

  /** Like `json`, but on its text: everything except the paths keeps its formatting. */
  text(json: string): string {
    let key = "";
    return json.replace(STRING, (token, colon: string | undefined) => {
      const quoted = colon === undefined ? token : token.slice(0, -colon.length);
      const string = unquoted(quoted);
      if (string === undefined) return token;
      const now = colon === undefined ? this.#value(key, string) : this.path(string);
      if (colon !== undefined) key = string;
      return now === string ? token : this.#spelled(quoted, string, now) + (colon ?? "");
    });
  }

  /** Behind the folder, letters stay spelled as they are: Python prints some of them as escapes. */
  #spelled(quoted: string, before: string, now: string): string {
    const [from, to] = [trimmed(this.from), trimmed(this.to)];
    const start = JSON.stringify(from).slice(0, -1);
    const isPath = before.startsWith(from) && now === to + before.slice(from.length);
    if (!isPath || !quoted.startsWith(start)) return JSON.stringify(now);
    return JSON.stringify(to).slice(0, -1) + quoted.slice(start.length);
  }

  /** gptme's calls are lines of an answer's text: `@tool(id): {…}`. */
  #calls(text: string): string {
    return text.replace(CALLS, (_, call: string, json: string) => call + this.text(json));
  }

  /** Some agents write folders as addresses, most of them without escapes. */
  #address(address: string): string {
    const path = address.slice(FILE.length);
    const plain = this.path(path);
    if (plain !== path) return FILE + plain;
    const decoded = unescaped(path);
    const now = this.path(decoded);
    return now === decoded ? address : FILE + encodeURI(now);
  }

  #value(key: string, value: string): string {
    if (key === "content" && value.includes("@")) return this.#calls(value);
    if (TEXTS.has(key)) return value;
    if (value.startsWith(PATCH)) return this.patch(value);
    if (COMMANDS.has(key)) return this.command(value);
    if (NESTED.has(key) && value.startsWith("{")) return this.text(value);
    if (value.startsWith(FILE)) return this.#address(value);
    return this.path(value);
  }
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function trimmed(path: string): string {
  return path.replace(/(?<=.)[\\/]+$/, "");
}

/**
 * The folder in the spellings that commands use: with either slash, and a drive as in Linux and Git
 * Bash.
 */
function inCommand(from: string): RegExp {
  const [, drive, rest = ""] = /^([A-Za-z]):[\\/](.*)$/.exec(from) ?? [];
  const names = rest.split(/[\\/]/).map(escaped).join("[\\\\/]+");
  const spelled =
    drive === undefined
      ? escaped(from)
      : `(?:[${drive.toLowerCase()}${drive.toUpperCase()}]:[\\\\/]+|/mnt/${drive.toLowerCase()}/)${names}`;
  return new RegExp(
    `(^|[\\s"'=:,;(|&<>\`])(${spelled}(?:[\\\\/][^\\s"'\`;|&<>()]*)?)(?![\\w.-])`,
    "g",
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function unquoted(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : undefined;
  } catch {
    // A raw control character: not JSON.
    return undefined;
  }
}

/** undefined for a value nested too deeply to print: it is left unchanged. */
function printed(value: Json): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
