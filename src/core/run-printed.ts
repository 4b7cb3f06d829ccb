/** What an agent without a screen printed. */
import { closeSync, existsSync, statSync } from "node:fs";
import { failed, mayLast } from "../agents/shared/faults.ts";
import type { Agent, Printed } from "../agents/types.ts";
import type { Selected } from "../catalog/select.ts";
import { openFile } from "../io/door.ts";
import { Input } from "../io/input.ts";
import { readAt } from "../io/read-at.ts";
import type { Signal } from "../limits/types.ts";

const TAIL = 8192;

/** The end of a file; "" for none. */
export function tailOf(path: string | null): string {
  if (path === null || !existsSync(path)) return "";
  const { fd, size } = openFile(path);
  try {
    const from = Math.max(0, size - TAIL);
    return readAt(fd, from, size - from).toString("utf8");
  } finally {
    closeSync(fd);
  }
}

export function sizeOf(path: string | null): number {
  return path === null ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
}

/**
 * Writes a file to our output, at the reader's pace. That nobody reads it any more is no error: how the agent
 * ended is told all the same.
 */
export async function pour(path: string): Promise<void> {
  if (sizeOf(path) === 0) return;
  const input = new Input(path);
  try {
    for (const chunk of input.chunks()) {
      const error = await written(Buffer.from(chunk));
      if (error !== null && "code" in error && error.code === "EPIPE") return;
      if (error !== null) throw error;
    }
  } finally {
    input.close();
  }
}

function written(chunk: Buffer): Promise<Error | null> {
  return new Promise((resolve) => {
    process.stdout.write(chunk, (error) => resolve(error ?? null));
  });
}

/** What an agent printed of a limit that its sessions do not hold, in its own words; null for none. */
export function printedSignal(
  agent: Agent,
  printed: Printed,
  session: Selected | null,
): Signal | null {
  const text = agent.launch.headless?.refusal?.(printed) ?? null;
  if (text === null) return null;
  const at = Date.now();
  const event = failed({ text, at });
  const { fault } = event;
  if (!fault || !mayLast(fault)) return null;
  const resets = event.event === "limit" ? Date.parse(event.resetsAt ?? "") : Number.NaN;
  return {
    ...{ agent: agent.id, profile: agent.profile?.name ?? null, kind: fault.kind, text, at },
    scope: fault.scope ?? "unknown",
    usedPercent: null,
    resetsAt: Number.isNaN(resets) ? null : resets,
    retryable: fault.retryable,
    source: "text",
    session: session?.id ?? null,
  };
}
