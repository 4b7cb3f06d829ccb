/**
 * What is attached to a message, in the form that 1.0.102 sends to its model after a resume (tested
 * with all kinds in its schema): some as lines of a text after the user's own, some as images and
 * documents.
 */
import { isObject, listOf, member, number, printed, string } from "../../session/json.ts";
import { isOdd, otherPart, saidIn } from "../../session/other.ts";
import type { Json, JsonObject, Part } from "../../session/types.ts";
import { type Assets, textParts } from "./assets.ts";

/** Kinds that share a block of lines: its name, and the line for one of them. */
const LINES: { [type: string]: { block: string; line: (attached: JsonObject) => string } } = {
  file: { block: "tagged_files", line: tagged },
  directory: { block: "tagged_files", line: tagged },
  selection: { block: "selections", line: selected },
  github_reference: {
    block: "github_references",
    line: (a) =>
      `#${saidIn(a.number)} - ${of(a, "title")} [${of(a, "referenceType")}] [${of(a, "state")}] ${at(a)}`,
  },
  github_commit: {
    block: "github_commits",
    line: (a) => `${repoOf(a)} - ${of(a, "oid")} - ${of(a, "message")} ${at(a)}`,
  },
  github_release: {
    block: "github_releases",
    line: (a) => `${repoOf(a)} - ${of(a, "name")} (${of(a, "tagName")}) ${at(a)}`,
  },
  github_actions_job: {
    block: "github_actions_jobs",
    line: (a) =>
      `${repoOf(a)} - ${of(a, "jobName")} [${of(a, "workflowName")}]${state(a)} ${at(a)}`,
  },
  github_repository: {
    block: "github_repositories",
    line: (a) => `${repoOf(a)}${ref(a)}${dashed(of(a, "description"))} ${at(a)}`,
  },
  github_file_diff: {
    block: "github_file_diffs",
    line: (a) => `${[sideOf(a.base), sideOf(a.head)].filter(Boolean).join(" -> ")} ${at(a)}`,
  },
  github_tree_comparison: {
    block: "github_tree_comparisons",
    line: (a) => `${treeOf(a.base)}...${treeOf(a.head)} ${at(a)}`,
  },
  github_url: { block: "github_urls", line: (a) => of(a, "url") },
  github_file: { block: "github_files", line: (a) => `${sideOf(a)} ${at(a)}` },
  github_snippet: {
    block: "github_snippets",
    line: (a) => `${sideOf(a)}#${linesOf(a.lineRange)} ${at(a)}`,
  },
};

/** The parts for attachments, after a text that is already `said`. */
export function attachedParts(attachments: Json | undefined, assets: Assets, said: string): Part[] {
  const blocks = new Map<string, string[]>();
  const rest: Part[] = [];
  for (const attached of listOf(attachments)) {
    if (!isObject(attached)) {
      rest.push(otherPart("attachment", attached));
      continue;
    }
    const type = of(attached, "type");
    const known = Object.hasOwn(LINES, type) ? LINES[type] : undefined;
    if (known && !isRepeated(attached, assets, said)) {
      const lines = blocks.get(known.block) ?? [];
      lines.push(known.line(attached));
      blocks.set(known.block, lines);
    }
    if (type === "file" || type === "blob") rest.push(...binary(attached, assets));
    else if (type === "extension_context") rest.push(...textParts(extension(attached)));
    else if (!known) rest.push(otherPart(type, attached));
  }
  const text = [...blocks].map(([name, lines]) => `<${name}>\n${lines.join("\n")}\n</${name}>`);
  return [...textParts(text.join("\n\n")), ...rest];
}

/**
 * A selection is mentioned once, when it is sent; an image or a document is introduced by its own
 * words, unless its data is gone.
 */
function isRepeated(attached: JsonObject, assets: Assets, said: string): boolean {
  if (attached.type === "selection") return said.includes(of(attached, "text"));
  if (attached.type !== "file" || attached.taggedFilesEntry !== undefined) return false;
  return isDocument(attached) && assets.part(attached) !== undefined;
}

function isDocument({ mimeType, assetId }: JsonObject): boolean {
  return assetId !== undefined && mimeType !== undefined;
}

/** The words before an image or a document, and the attachment itself. */
function binary(attached: JsonObject, assets: Assets): Part[] {
  const texts = ["data", "path", "displayName"];
  if (isOdd(attached, texts)) return [otherPart(of(attached, "type"), attached)];
  const part = assets.part(attached);
  // For a file without data, the line in its block mentions it; a blob has none.
  if (part === undefined) return attached.type === "blob" ? [otherPart("blob", attached)] : [];
  const path = string(attached.path);
  if (path === undefined) return [...textParts(string(attached.displayName)), part];
  const words =
    part.kind === "image"
      ? `Image file at path ${path}`
      : `Document file "${of(attached, "displayName")}" at path "${path}"`;
  return [...textParts(words), part];
}

function tagged(attached: JsonObject): string {
  const entry = attached.taggedFilesEntry;
  if (entry !== undefined && entry !== null) return saidIn(entry);
  const range = attached.lineRange === undefined ? "" : `#${linesOf(attached.lineRange)}`;
  return `* ${of(attached, "path")}${range}`;
}

function selected(attached: JsonObject): string {
  const { selection } = attached;
  const line = (end: string) => saidIn((number(member(member(selection, end), "line")) ?? 0) + 1);
  return `${of(attached, "filePath")}:${line("start")}-${line("end")}\n${of(attached, "text")}`;
}

function extension(attached: JsonObject): string {
  const names = ["extensionId", "title", "capturedAt"];
  const about = names.map((name) => `${name}="${escaped(of(attached, name))}"`).join(" ");
  const payload = attached.payload === undefined ? "" : printed(attached.payload);
  return `<extension_context ${about}><payload>${escaped(payload)}</payload></extension_context>`;
}

const ENTITIES: { [char: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
}

function of(value: Json | undefined, key: string): string {
  return saidIn(member(value, key));
}

function at(attached: JsonObject): string {
  return `(${of(attached, "url")})`;
}

function state(attached: JsonObject): string {
  return attached.conclusion === undefined ? "" : ` [${of(attached, "conclusion")}]`;
}

function ref(attached: JsonObject): string {
  return attached.ref === undefined ? "" : `@${of(attached, "ref")}`;
}

function dashed(text: string): string {
  return text === "" ? "" : ` - ${text}`;
}

function repoOf(value: Json | undefined): string {
  const repo = member(value, "repo");
  return `${of(repo, "owner")}/${of(repo, "name")}`;
}

function sideOf(side: Json | undefined): string {
  return isObject(side) ? `${repoOf(side)}:${of(side, "path")}@${of(side, "ref")}` : "";
}

function treeOf(side: Json | undefined): string {
  return `${repoOf(side)}:${of(side, "revision")}`;
}

function linesOf(range: Json | undefined): string {
  return `L${of(range, "start")}-L${of(range, "end")}`;
}
