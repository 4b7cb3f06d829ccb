/** What the turns of a chat say: see graph.ts. */
import { otherPart } from "../../session/other.ts";
import type { Part, ToolCallPart, ToolResultPart } from "../../session/types.ts";
import { inside, textIn } from "./graph.ts";
import { fieldsOf } from "./wire.ts";

export function userTextIn(data: Buffer): string {
  return textIn(data, 1);
}

export interface Step {
  parts: Part[];
  result: ToolResultPart | null;
}

/** A text, a thought, or a call with its result. */
export function stepParts(data: Buffer, id: string): Step {
  const said = inside(data, 1);
  if (said !== null) return { parts: [{ kind: "text", text: textIn(said, 1) }], result: null };
  const thought = inside(data, 3);
  if (thought !== null) {
    return { parts: [{ kind: "reasoning", text: textIn(thought, 1) }], result: null };
  }
  const shell = inside(inside(data, 2), 1);
  return shell === null ? otherStep(data) : shellStep(shell, id);
}

/** A tool that is not a command: all texts of it. */
function otherStep(data: Buffer): Step {
  const texts = textsIn(data, 0);
  const number = fieldsOf(inside(data, 2) ?? Buffer.alloc(0))?.[0]?.number ?? 0;
  const text = texts.join("\n");
  return { parts: [otherPart(`tool/${number}`, text, { known: true, text })], result: null };
}

const DEEPEST = 12;

function textsIn(data: Buffer, depth: number): string[] {
  const fields = depth > DEEPEST ? null : fieldsOf(data);
  if (fields === null || fields.length === 0) {
    const text = data.toString("utf8");
    return text.trim() === "" || text.includes("\ufffd") ? [] : [text];
  }
  return fields.flatMap(({ wire, bytes }) => {
    if (wire !== 2) return [];
    const text = bytes.toString("utf8");
    const isText = !/[^\P{Cc}\t\n\r]|\ufffd/u.test(text) && /\S/.test(text);
    return isText ? [text] : textsIn(bytes, depth + 1);
  });
}

function shellStep(shell: Buffer, id: string): Step {
  const args = inside(shell, 1);
  const command = textIn(args, 1);
  const cwd = textIn(args, 2);
  const callId = textIn(args, 4) || id;
  const input = { command, ...(cwd === "" ? {} : { working_directory: cwd }) };
  const use = { tool: "execute", command, ...(cwd === "" ? {} : { cwd }) } as const;
  const call: ToolCallPart = { kind: "tool-call", callId, name: "Shell", input, use };
  return { parts: [call], result: shellResult(inside(shell, 2), callId) };
}

function shellResult(result: Buffer | null, callId: string): ToolResultPart | null {
  const [success, failure] = [inside(result, 1), inside(result, 2)];
  const told = success ?? failure;
  if (told === null) return null;
  const texts = [textIn(told, 5), textIn(told, 6)].filter((text) => text !== "");
  const code = fieldsOf(told)?.find(({ number, wire }) => number === 3 && wire === 0)?.value ?? 0n;
  const exitCode = Number(BigInt.asIntN(32, code));
  const text = texts.join("\n");
  return {
    kind: "tool-result",
    callId,
    isError: success === null || exitCode !== 0,
    exitCode,
    content: text === "" ? [] : [{ kind: "text", text }],
  };
}
