/**
 * A session of 3.x as one of 2.x: a copy of it has to be one, since nobody but the CLI can begin a session of 3.x. The copy
 * holds what the model would be sent, and 3.x imports it when it is opened.
 */
import { parseValue } from "../../lossless/json-text.ts";
import { NO_RESULT } from "../../session/text.ts";
import type { Entry, Json, Message, ResultPart } from "../../session/types.ts";
import { text } from "./files.ts";
import { reader } from "./read.ts";
import { unwrap } from "./records.ts";
import { writer } from "./write.ts";

export function copied(lines: readonly string[], newId: string): string[] {
  const records = lines.map((line) => parseValue(line) ?? null);
  const isNew = records.some((record) => ["item", "journal"].includes(unwrap(record).kind));
  if (isNew) return asOld(records, newId);
  return lines.flatMap((line, at) => {
    const stored = unwrap(records[at] ?? null);
    // In UTF-8, and without what the CLI cannot read: it would not open the copy.
    if (stored.kind === "line") return stored.message === null ? [] : [text(stored.message)];
    if (stored.kind !== "session") return [line];
    const { store: _, ...session } = stored.session;
    return [text({ session: { ...session, session_id: newId } })];
  });
}

function asOld(records: readonly Json[], newId: string): string[] {
  const decoder = reader();
  const encoder = writer({ seed: newId, cliVersion: null });
  const lines: string[] = [];
  const open = new Set<string>();
  /** Of the user's messages, those that a compaction keeps: 2.x has them in one with its summary. */
  let kept: Message[] | null = null;
  const write = (entry: Entry): void => {
    for (const record of encoder.predict(entry)) {
      encoder.commit(record);
      lines.push(text(record));
    }
  };
  // Every vendor refuses a call without a result.
  const close = (): void => {
    for (const callId of open) write(unanswered(callId));
    open.clear();
  };
  for (const [at, record] of records.entries()) {
    const { kind } = unwrap(record);
    const entries = decoder.read(record, at);
    // What was before a compaction is not sent.
    if (kind === "shown") continue;
    for (const entry of entries) {
      if (entry.kind === "event") {
        if (entry.event === "opaque" && entry.type === "compaction") kept = [];
        if (entry.event === "compaction") {
          close();
          write({ ...entry, kept: kept ?? entry.kept ?? [] });
          kept = null;
        } else if (entry.event === "start") {
          write({ ...entry, header: { ...entry.header, id: newId } });
        } else write(entry);
        continue;
      }
      if (kept !== null && entry.role === "user") {
        kept.push(entry);
        continue;
      }
      for (const one of kept ?? []) write(one);
      kept = null;
      if (entry.role !== "tool") close();
      for (const part of entry.parts) {
        if (part.kind === "tool-call") open.add(part.callId);
        if (part.kind === "tool-result") open.delete(part.callId);
      }
      write(entry);
    }
  }
  for (const one of kept ?? []) write(one);
  close();
  return lines;
}

function unanswered(callId: string): Message {
  const content: ResultPart[] = [{ kind: "text", text: NO_RESULT }];
  return {
    kind: "message",
    id: `no-result-${callId}`,
    parentId: null,
    time: null,
    role: "tool",
    parts: [{ kind: "tool-result", callId, isError: true, content }],
  };
}
