import type { Failing } from "./failures.ts";
import { arr, isObj, type Obj, obj, objs, str } from "./json.ts";

/** One tool call of a step, in words of its own: it is mapped onto the tools that a request declares. */
export type ToolSpec =
  | { kind: "bash"; command: string }
  | { kind: "read"; path: string }
  | { kind: "write"; path: string; content: string }
  | { kind: "edit"; path: string; old: string; new: string }
  | { kind: "named"; name: string; input: Obj };

export interface ScriptedError {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** What the model "says" to one main request. */
export interface Step {
  thinking?: string;
  /** Reasoning that the vendor hides (Anthropic's redacted_thinking); other protocols leave it out. */
  redacted?: string;
  text?: string;
  tools?: ToolSpec[];
  error?: ScriptedError;
  /** An error in the shape of the vendor whose protocol was asked. */
  fails?: Failing;
  delayMs?: number;
}

export interface DeclaredTool {
  name: string;
  namespace?: string;
  /** "custom" tools take free text, "function" tools take JSON. */
  kind: "function" | "custom";
  schema: Obj;
}

export interface ToolCall {
  name: string;
  namespace?: string;
  kind: "function" | "custom";
  input: Obj;
  /** The free text of a custom tool. */
  text: string;
}

const NOTHING_LEFT: Step = { text: "LAB-END: the script has no further step." };
const SIDE_REPLY: Step = { text: "Side reply" };

/** The steps of a scenario and how far they are used up. */
export class Script {
  #steps: Step[];
  #at = 0;

  constructor(steps: Step[] = []) {
    this.#steps = steps;
  }

  replace(steps: Step[]): void {
    this.#steps = steps;
    this.#at = 0;
  }

  get left(): number {
    return Math.max(0, this.#steps.length - this.#at);
  }

  /** A main request declares tools; titles, summaries and quota probes do not and use up no step. */
  next(isMain: boolean): Step {
    if (!isMain) return SIDE_REPLY;
    const step = this.#steps[this.#at];
    this.#at += 1;
    return step ?? NOTHING_LEFT;
  }
}

const NAMES: Record<Exclude<ToolSpec["kind"], "named">, RegExp> = {
  bash: /^(bash|exec|shell|shell_command|exec_command|local_shell|run_shell_command|execute|execute_(?:bash|command)|terminal|run_terminal_(cmd|command)|run_in_terminal|run_commands?|launch-process|process)$/i,
  read: /^(read|read_file|readfile|read_files|view|open_file|file_editor)$/i,
  write:
    /^(write|write_file|writefile|create|create_file|write_to_file|save-file|save|editor|file_editor)$/i,
  edit: /^(edit|edit_file|patch|replace|str_replace|str-replace-editor|string_replace(?:_lsp)?|search_replace|multiedit|editor|file_editor)$/i,
};

const EDITOR = { read: "view", write: "create", edit: "str_replace" } as const;
const COMMAND = /^(command|cmd|commands)$/;
const PATH = /^(file_?path|path|filename|absolute_path|target_file|paths|file)$/i;
const OLD = /^(old_?(string|text|str)|oldText|search|before)$/i;
const NEW = /^(new_?(string|text|str)|newText|replace|after)$/i;

/** Maps a tool of a step onto the tools that the request declares, as a model would call them. */
export function callFor(spec: ToolSpec, tools: DeclaredTool[]): ToolCall {
  if (spec.kind === "named") {
    const declared = tools.find((tool) => tool.name === spec.name);
    const tool =
      declared ?? ({ name: spec.name, kind: "function", schema: {} } satisfies DeclaredTool);
    const call = functionCall(tool, spec.input);
    return tool.kind === "custom" ? { ...call, text: str(spec.input.input) ?? "" } : call;
  }
  const own = tools.find(
    (tool) =>
      tool.kind === "function" && NAMES[spec.kind].test(plain(tool.name)) && takes(spec, tool),
  );
  if (own) return functionCall(own, inputFor(spec, own.schema));
  const patch = tools.find((tool) => tool.name === "apply_patch");
  if (patch && (spec.kind === "write" || spec.kind === "edit")) {
    const text = patchFor(spec);
    return { ...functionCall(patch, { input: text }), text };
  }
  const shell = tools.find((tool) => tool.kind === "function" && NAMES.bash.test(tool.name));
  if (shell) {
    return functionCall(shell, inputFor({ kind: "bash", command: commandFor(spec) }, shell.schema));
  }
  const code = tools.find((tool) => tool.kind === "custom" && tool.name === "exec");
  if (code) return { ...functionCall(code, {}), text: codeFor(spec) };
  return functionCall({ name: spec.kind, kind: "function", schema: {} }, { ...spec });
}

/** oh-my-pi puts a dash before the names of its tools, for Anthropic's protocol. */
function plain(name: string): string {
  return name.replace(/^_/, "");
}

/** Some tools are named like those that run a command, and only ask about what runs. */
function takes(spec: ToolSpec, { schema }: DeclaredTool): boolean {
  return (
    spec.kind !== "bash" || Object.keys(obj(schema.properties)).some((key) => COMMAND.test(key))
  );
}

function functionCall(tool: DeclaredTool, input: Obj): ToolCall {
  const call: ToolCall = { name: tool.name, kind: tool.kind, input, text: "" };
  if (tool.namespace !== undefined) call.namespace = tool.namespace;
  return call;
}

function inputFor(spec: ToolSpec, schema: Obj): Obj {
  const input: Obj = {};
  const required = arr(schema.required);
  for (const [key, definition] of Object.entries(obj(schema.properties))) {
    const value = valueFor(spec, key, obj(definition));
    if (value !== undefined) input[key] = value;
    else if (required.includes(key)) input[key] = filler(spec, obj(definition));
  }
  return input;
}

function valueFor(spec: ToolSpec, key: string, definition: Obj): unknown {
  const isArray = jsonType(definition) === "array";
  if (spec.kind === "bash") {
    // Auggie's launch-process: the folder is relative to the project.
    if (key === "wait") return true;
    if (key === "cwd" && /relative to the workspace root/.test(str(definition.description) ?? "")) {
      return ".";
    }
    if (!COMMAND.test(key)) return undefined;
    if (!isArray) return spec.command;
    return key === "commands" ? [spec.command] : ["bash", "-lc", spec.command];
  }
  if (spec.kind === "named") return undefined;
  // One tool for all that is done with a file.
  if (key === "command" && arr(definition.enum).includes("str_replace")) return EDITOR[spec.kind];
  if (PATH.test(key)) return isArray ? [spec.path] : spec.path;
  if (key === "files" && isArray) return [{ path: spec.path }];
  if (
    spec.kind === "write" &&
    /^(content|contents|file_content|file_text|new_text|text|code)$/i.test(key)
  ) {
    return spec.content;
  }
  if (spec.kind === "edit") {
    if (OLD.test(key)) return spec.old;
    if (NEW.test(key)) return spec.new;
    // gptme: the marks of a conflict that git leaves in a file.
    if (key === "patch") {
      return `<<<<<<< ORIGINAL\n${spec.old}\n=======\n${spec.new}\n>>>>>>> UPDATED`;
    }
    if (/^(edits|str_replace_entries)$/.test(key) && isArray) {
      const one: Obj = {};
      for (const inner of Object.keys(obj(obj(definition.items).properties))) {
        if (OLD.test(inner)) one[inner] = spec.old;
        if (NEW.test(inner)) one[inner] = spec.new;
        // Auggie's editor wants to know where: in the first line.
        if (/_line_number$/.test(inner)) one[inner] = 1;
      }
      return [one];
    }
  }
  return undefined;
}

function filler(spec: ToolSpec, definition: Obj): unknown {
  const mayBeNull =
    arr(definition.type).includes("null") ||
    objs(definition.anyOf).some((choice) => choice.type === "null");
  if (mayBeNull) return null;
  const choices = arr(definition.enum);
  if (choices.length > 0) return choices[0];
  switch (jsonType(definition)) {
    case "boolean":
      return false;
    case "integer":
    case "number":
      return 30;
    case "array":
      return [];
    case "object":
      return {};
    default:
      return `${spec.kind} for the lab`;
  }
}

function jsonType(definition: Obj): string {
  const type = arr(definition.type)[0] ?? definition.type;
  return (str(type) ?? "").toLowerCase();
}

function patchFor(spec: Extract<ToolSpec, { kind: "write" | "edit" }>): string {
  const lines = (text: string, mark: string): string =>
    text
      .replace(/\n$/, "")
      .split("\n")
      .map((line) => `${mark}${line}\n`)
      .join("");
  const change =
    spec.kind === "write"
      ? `*** Add File: ${spec.path}\n${lines(spec.content, "+")}`
      : `*** Update File: ${spec.path}\n@@\n${lines(spec.old, "-")}${lines(spec.new, "+")}`;
  return `*** Begin Patch\n${change}*** End Patch`;
}

function commandFor(spec: Exclude<ToolSpec, { kind: "named" }>): string {
  const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  switch (spec.kind) {
    case "bash":
      return spec.command;
    case "read":
      return `cat ${quote(spec.path)}`;
    case "write":
      return `printf %s ${quote(spec.content)} > ${quote(spec.path)}`;
    case "edit":
      return `sed -i ${quote(`s/${spec.old}/${spec.new}/`)} ${quote(spec.path)}`;
  }
}

/** Codex's code mode: one custom tool whose input is JavaScript that calls the other tools. */
function codeFor(spec: Exclude<ToolSpec, { kind: "named" }>): string {
  if (spec.kind === "write" || spec.kind === "edit") {
    return `text(await tools.apply_patch(${JSON.stringify(patchFor(spec))}));`;
  }
  const command = JSON.stringify(commandFor(spec));
  return `const r = await tools.exec_command({ cmd: ${command} });\ntext(r.output ?? JSON.stringify(r));`;
}

/** Reads steps that came over HTTP. */
export function readSteps(value: unknown): Step[] {
  return objs(value).map((raw) => {
    const step: Step = {};
    const thinking = str(raw.thinking);
    if (thinking !== undefined) step.thinking = thinking;
    const redacted = str(raw.redacted);
    if (redacted !== undefined) step.redacted = redacted;
    const text = str(raw.text);
    if (text !== undefined) step.text = text;
    if (Array.isArray(raw.tools)) step.tools = objs(raw.tools).map(readTool);
    if (typeof raw.delayMs === "number") step.delayMs = raw.delayMs;
    if (isObj(raw.error)) {
      const { status, body } = raw.error;
      const headers: Record<string, string> = {};
      for (const [key, header] of Object.entries(obj(raw.error.headers))) {
        headers[key] = String(header);
      }
      step.error = { status: typeof status === "number" ? status : 500, body, headers };
    }
    return step;
  });
}

function readTool(raw: Obj): ToolSpec {
  const path = str(raw.path) ?? "";
  switch (raw.kind) {
    case "bash":
      return { kind: "bash", command: str(raw.command) ?? "" };
    case "read":
      return { kind: "read", path };
    case "write":
      return { kind: "write", path, content: str(raw.content) ?? "" };
    case "edit":
      return { kind: "edit", path, old: str(raw.old) ?? "", new: str(raw.new) ?? "" };
    case "named":
    case undefined:
      return { kind: "named", name: str(raw.name) ?? "", input: obj(raw.input) };
    default:
      throw new Error(`a step's tool has the unknown kind ${JSON.stringify(raw.kind)}`);
  }
}
