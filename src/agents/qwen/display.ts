/** What Qwen Code's screen shows of a tool's result: stored beside what the model gets. */
import { basename } from "node:path";
import type { Json, JsonObject, ToolResultPart, ToolUse } from "../../session/types.ts";
import { onlyText } from "./tools.ts";

/** `part` in the shared form, and `worded` as the model gets it. */
export function resultDisplay(
  use: ToolUse | null,
  part: ToolResultPart,
  worded: ToolResultPart,
  cwd: string,
): Json {
  const shown = onlyText(worded) ?? "";
  switch (use?.tool) {
    case "execute":
      return shellDisplay(part, shown, use.cwd ?? cwd);
    case "write":
      return part.isError ? shown : fileDisplay(use.path, "", use.content, "Original", "Written");
    case "edit": {
      const [edit] = use.edits;
      return part.isError || !edit
        ? shown
        : fileDisplay(use.path, edit.old, edit.new, "Current", "Proposed");
    }
    // The file itself is not shown.
    case "read":
      return part.isError ? shown : "";
    default:
      return shown;
  }
}

function shellDisplay(part: ToolResultPart, shown: string, directory: string): Json {
  const output = onlyText(part);
  if (output === undefined || (part.isError && part.exitCode === undefined)) return shown;
  const exitCode = part.exitCode ?? 0;
  return {
    type: "shell_result",
    version: 1,
    directory,
    exitCode,
    signal: null,
    pid: null,
    outcome: exitCode === 0 ? "completed" : "failed",
    outputFiles: [],
    output,
    text: exitCode === 0 ? output : shown,
    error: null,
    notices: [],
    truncated: false,
  };
}

/** The change as a diff. The lines' position in the file is unknown here: they count from 1. */
function fileDisplay(
  filePath: string,
  old: string,
  now: string,
  oldLabel: string,
  newLabel: string,
): JsonObject {
  const fileName = basename(filePath);
  const removed = linesOf(old);
  const added = linesOf(now);
  const head = [
    `Index: ${fileName}`,
    "=".repeat(67),
    `--- ${fileName}\t${oldLabel}`,
    `+++ ${fileName}\t${newLabel}`,
    `@@ -${range(removed)} +${range(added)} @@`,
  ];
  const lines = [...head, ...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)];
  return {
    fileDiff: lines.map((line) => `${line}\n`).join(""),
    fileName,
    filePath,
    originalContent: old,
    newContent: now,
    diffStat: {
      model_added_lines: added.length,
      model_removed_lines: removed.length,
      model_added_chars: lengthOf(added),
      model_removed_chars: lengthOf(removed),
      user_added_lines: 0,
      user_removed_lines: 0,
      user_added_chars: 0,
      user_removed_chars: 0,
    },
  };
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

function range(lines: readonly string[]): string {
  return lines.length === 0 ? "0,0" : `1,${lines.length}`;
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}
