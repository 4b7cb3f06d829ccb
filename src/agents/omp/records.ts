/** Records that oh-my-pi has besides Pi's, or in place of them. Facts and sources: README.md. */
import type { Beside } from "../../session/codec.ts";
import { array, isObject, member, number, string } from "../../session/json.ts";
import { saidIn } from "../../session/other.ts";
import type { EventBody, Header, Json, JsonObject, Part } from "../../session/types.ts";
import { readContent, readImage } from "../shared/pi/content.ts";
import type { OwnRecords } from "../shared/pi/dialect.ts";
import { isTitleSlot } from "../shared/pi/signs.ts";
import { titleSlot } from "./slot.ts";

export const records: OwnRecords = {
  titleBefore(record) {
    return isTitleSlot(record) ? string(member(record, "title"))?.trim() || null : undefined;
  },
  read,
  sealed,
  told,
  isAside,
  summary,
  printBefore: ({ title }: Header, time) => [titleSlot(oneLine(title ?? ""), time)],
  printTitleBefore: (title, time) => titleSlot(oneLine(title), time),
  print,
  prompt: { attribution: "user" },
};

function read(record: Json): EventBody | undefined {
  switch (member(record, "type")) {
    case "model_change":
      return model(record);
    case "title_change":
      return { event: "title", title: (string(member(record, "title")) ?? "").trim() };
    // `/clear`: all before it is history.
    case "reset_boundary":
      return { event: "compaction", summary: "" };
    default:
      return undefined;
  }
}

/** Of the session itself; models for errands and stand-ins have roles of their own. */
function model(record: Json): EventBody | undefined {
  const name = string(member(record, "model"));
  if (name === undefined) return undefined;
  const role = string(member(record, "role")) ?? "default";
  if (role !== "default") return { event: "opaque", type: `model_change/${role}` };
  const [, provider, id] = /^([^/]*)\/(.+)$/s.exec(name) ?? [];
  return id === undefined || provider === undefined
    ? { event: "model", model: name }
    : { event: "model", model: id, provider };
}

/** A compaction on the vendor's server: what the model is sent is for it alone. */
function sealed(record: Json): EventBody | undefined {
  if (member(record, "type") !== "compaction") return undefined;
  const remote = member(member(record, "preserveData"), "openaiRemoteCompaction");
  return isObject(remote)
    ? { event: "unread", type: "openaiRemoteCompaction", reason: "sealed-summary" }
    : undefined;
}

/**
 * The model is shown an archive as pictures of its text, with the text itself before and after
 * them; other models are given the text.
 */
function summary(record: Json): string {
  const said = saidIn(member(record, "summary"));
  const archive = member(member(record, "preserveData"), "snapcompact");
  const edges = [member(archive, "textHead"), member(archive, "textTail")].map(saidIn);
  const text = saidIn(member(archive, "text")) || edges.filter((edge) => edge !== "").join("\n");
  return text === "" ? said : `${said}\n\n${text}`;
}

function told(message: Json | undefined, beside: Beside | undefined): Part[] | undefined {
  switch (member(message, "role")) {
    case "developer":
      return readContent(member(message, "content"), beside);
    case "pythonExecution":
      return [{ kind: "text", text: pythonText(message) }];
    case "fileMention":
      return mentioned(member(message, "files"), beside);
    default:
      return undefined;
  }
}

/** Code that the user ran with `$`. */
function pythonText(message: Json | undefined): string {
  const output = saidIn(member(message, "output"));
  const exitCode = number(member(message, "exitCode")) ?? 0;
  let text = `Ran Python:\n\`\`\`python\n${saidIn(member(message, "code"))}\n\`\`\`\n`;
  text += output === "" ? "(no output)" : `Output:\n\`\`\`\n${output}\n\`\`\``;
  if (member(message, "cancelled") === true) text += "\n\n(execution cancelled)";
  else if (exitCode !== 0) text += `\n\nExecution failed with code ${exitCode}`;
  return text;
}

/** Files named with `@` in a prompt: texts first, then those that are pictures. */
function mentioned(value: Json | undefined, beside: Beside | undefined): Part[] {
  const files = isObject(value) ? [value] : array(value);
  const [images, texts] = [true, false].map((isImage) =>
    files.filter((file) => (isObject(member(file, "image")) ? isImage : !isImage)),
  );
  const wrapped = (some: readonly Json[] = []): Part[] =>
    some.length === 0 ? [] : [{ kind: "text", text: some.map(fileText).join("\n") }];
  return [
    ...wrapped(texts),
    ...wrapped(images),
    ...(images ?? []).map((file) => readImage(member(file, "image") ?? null, beside)),
  ];
}

function fileText(file: Json): string {
  if (!isObject(file)) return saidIn(file);
  const content = saidIn(file.content);
  return `<file path="${saidIn(file.path)}">${content === "" ? "\n" : `\n${content}\n`}</file>`;
}

/** For its screen, or for a mode that is over. */
const SHOWN = new Set(["prewalk-plan", "vibe-mode-context"]);

function isAside(record: Json): boolean {
  if (member(record, "type") === "custom_message") {
    return SHOWN.has(string(member(record, "customType")) ?? "");
  }
  const message = member(record, "message");
  if (member(message, "role") === "assistant") return isObject(member(message, "retryRecovery"));
  if (member(message, "role") === "developer") return isReminder(member(message, "content"));
  const isPython = member(message, "role") === "pythonExecution";
  return isPython && member(message, "excludeFromContext") === true;
}

/** How the CLI reminds the model of its own rules (18.2.3, prompts/system and session/todo-tracker.ts). */
const OF_RULES =
  /^<system-reminder>\s*(?:You stopped with \d+ incomplete todo|Last turn had no tool call|Request budget crossed|Today: |\d+ todo items? still open|Before substantive work, create|Consider calling `|Plan mode turn ended|Task delegation enabled|Ephemeral side-channel|`[^`]*` result above: PREVIEW)[\s\S]*<\/system-reminder>\s*$/;

/** Others are content: how the user changed the list of tasks (`/todo`), or what a tool's failure was. */
function isReminder(content: Json | undefined): boolean {
  const [only, ...more] = readContent(content);
  const text = more.length === 0 && only?.kind === "text" ? only.text : "";
  return OF_RULES.test(text);
}

function print(entry: EventBody, frame: JsonObject, provider: string): Json[] | undefined {
  switch (entry.event) {
    case "title":
      return [{ type: "title_change", ...frame, title: oneLine(entry.title), source: "user" }];
    case "model": {
      const name = `${entry.provider ?? provider}/${entry.model}`;
      return [{ type: "model_change", ...frame, model: name, resolvedModelIsFallback: false }];
    }
    case "mode":
      return entry.mode === "thinking"
        ? [
            {
              type: "thinking_level_change",
              ...frame,
              thinkingLevel: entry.value,
              configured: null,
            },
          ]
        : [];
    default:
      return undefined;
  }
}

function oneLine(title: string): string {
  return title.replace(/\s+/g, " ").trim();
}
