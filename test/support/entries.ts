/** Entries for tests, in as few words as possible. */
import type {
  Entry,
  Event,
  EventBody,
  Header,
  Message,
  Part,
  ToolCallPart,
  ToolResultPart,
} from "../../src/session/types.ts";

export const HEADER: Header = {
  agent: "pi",
  id: "s",
  title: null,
  cwd: "/",
  gitBranch: null,
  gitCommit: null,
  model: null,
  version: null,
  createdAt: null,
  updatedAt: null,
  parent: null,
};

type Role = Message["role"];

export function message(
  id: string,
  parentId: string | null,
  role: Role,
  parts: (Part | string)[],
  more: Partial<Message> = {},
): Message {
  return {
    kind: "message",
    id,
    parentId,
    time: null,
    role,
    parts: parts.map((part) => (typeof part === "string" ? { kind: "text", text: part } : part)),
    ...more,
  };
}

export function event(id: string, parentId: string | null, body: EventBody): Event {
  return { kind: "event", id, parentId, time: null, ...body };
}

export function call(
  callId: string,
  name = "Bash",
  more: Partial<ToolCallPart> = {},
): ToolCallPart {
  return {
    kind: "tool-call",
    callId,
    name,
    input: { command: "ls" },
    use: { tool: "execute", command: "ls" },
    ...more,
  };
}

export function result(
  callId: string,
  text: string,
  more: Partial<ToolResultPart> = {},
): ToolResultPart {
  return {
    kind: "tool-result",
    callId,
    isError: false,
    content: [{ kind: "text", text }],
    ...more,
  };
}

/** Messages that follow each other: ids and parents are their numbers. */
export function chain(...messages: [Role, ...(Part | string)[]][]): Entry[] {
  return messages.map(([role, ...parts], n) =>
    message(`${n}`, n === 0 ? null : `${n - 1}`, role, parts),
  );
}
