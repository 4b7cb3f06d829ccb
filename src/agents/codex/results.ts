/** The text that Codex wraps around a tool's output, and what it says about the outcome. */
import { member, number, string } from "../../session/json.ts";
import type { Json, ToolResultPart, ToolUse } from "../../session/types.ts";

interface Outcome {
  text: string;
  exitCode?: number;
}

/** exec_command, ≥ 0.98; MCP tools have only the line with the wall time. */
const EXEC =
  /^(?:Chunk ID: .*\n)?(?:Wall time: .*\n)?(?:Process exited with code (-?\d+)\n)?(?:Original token count: .*\n)?Output:\n/;
/** apply_patch, and shell_command. */
const PATCH = /^Exit code: (-?\d+)\nWall time: .*\n(?:Total output lines: .*\n)?Output:\n/;

/**
 * The output without its wrapper. The output of a running process keeps it: its session number is
 * needed.
 */
export function unwrap(output: string): Outcome {
  const found = PATCH.exec(output) ?? EXEC.exec(output);
  if (found && found[0] !== "Output:\n") {
    return outcome(output.slice(found[0].length), found[1]);
  }
  return unwrapJson(output) ?? { text: output };
}

function outcome(text: string, code: string | undefined): Outcome {
  return code === undefined ? { text } : { text, exitCode: Number(code) };
}

/** `shell`, ≤ 0.77: {"output":"…","metadata":{"exit_code":0,"duration_seconds":0.1}}. */
function unwrapJson(output: string): Outcome | undefined {
  if (!output.startsWith('{"output":')) return undefined;
  const value = parse(output);
  const text = string(member(value, "output"));
  const code = number(member(member(value, "metadata"), "exit_code"));
  if (text === undefined || code === undefined) return undefined;
  return { text, exitCode: code };
}

function parse(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** Outputs by which Codex itself reports that a call failed. */
const FAILED =
  /^(aborted|unsupported call: |exec_command failed|apply_patch verification failed|failed to |err: |Wall time: [\d.]+ seconds\naborted by user)/;

export function isFailure({ text, exitCode }: Outcome): boolean {
  return exitCode === undefined ? FAILED.test(text) : exitCode !== 0;
}

/** The form of `shell`'s results, for calls in old files. */
export type Wrapper = "text" | "json";

/**
 * The inverse of `unwrap`, without the parts that it removed and that are unknown: chunk ids and
 * times.
 */
export function wrap(
  use: ToolUse | null,
  part: ToolResultPart,
  text: string,
  form: Wrapper,
): string {
  if (part.exitCode === undefined) return text;
  if (form === "json") {
    const metadata = { exit_code: part.exitCode, duration_seconds: 0 };
    return JSON.stringify({ output: text, metadata });
  }
  return use?.tool === "execute" || use === null
    ? `Process exited with code ${part.exitCode}\nOutput:\n${text}`
    : `Exit code: ${part.exitCode}\nWall time: 0 seconds\nOutput:\n${text}`;
}
