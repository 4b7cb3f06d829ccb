/** The words in which Auggie's tools tell their results (0.36.0), and what they say. */
import type { ToolResultPart, ToolUse } from "../../session/types.ts";
import { onlyText, withText } from "../shared/tools.ts";

const RAN =
  /^Here are the results from executing the command\.\n<return-code>\n(-?\d+)\n<\/return-code>\n<output>\n([\s\S]*)\n<\/output>$/;

/** A native result in the shared form: of a command, its output and exit code; of a file, its content. */
export function parseResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = onlyText(result);
  if (text === undefined) return result;
  if (use?.tool === "execute") {
    const [, code, output] = RAN.exec(text) ?? [];
    if (code === undefined || output === undefined) return result;
    return { ...withText(result, output), exitCode: Number(code) };
  }
  if (use?.tool !== "read" || use.offset !== undefined || result.isError) return result;
  const content = unnumbered(text, use.path);
  return content === null ? result : withText(result, content);
}

/** The inverse of `parseResult`. */
export function wordedResult(use: ToolUse | null, result: ToolResultPart): ToolResultPart {
  const text = onlyText(result);
  if (text === undefined) return result;
  if (use?.tool === "execute") {
    if (result.exitCode === undefined) return result;
    return withText(result, ran(result.exitCode, text));
  }
  if (use?.tool !== "read" || use.offset !== undefined || result.isError) return result;
  const worded = numbered(text, use.path);
  // A file that already has numbers is shown as it is.
  return unnumbered(text, use.path) !== null ? result : withText(result, worded);
}

function ran(code: number, output: string): string {
  const opening = "Here are the results from executing the command.";
  return `${opening}\n<return-code>\n${code}\n</return-code>\n<output>\n${output}\n</output>`;
}

function opening(path: string): string {
  return `Here's the result of running \`cat -n\` on ${path}:\n`;
}

function numbered(content: string, path: string): string {
  const lines = content.split("\n");
  const shown = lines.map((line, n) => `${String(n + 1).padStart(6)}\t${line}\n`).join("");
  return `${opening(path)}${shown}Total lines in file: ${lines.length}\n`;
}

/** The content of a whole file; null if the text is anything else. */
function unnumbered(text: string, path: string): string | null {
  const start = opening(path);
  if (!text.startsWith(start)) return null;
  const lines = text.slice(start.length).split("\n").slice(0, -2);
  const content = lines.map((line) => line.slice(line.indexOf("\t") + 1)).join("\n");
  return numbered(content, path) === text ? content : null;
}
