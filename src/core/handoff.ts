/** Writes a session as a document, and starts an agent with one. */
import { resolve } from "node:path";
import type { Agent } from "../agents/types.ts";
import { realOr } from "../catalog/project.ts";
import type { Selected } from "../catalog/select.ts";
import { rootsOf } from "../catalog/stores.ts";
import { handoffOf, type Made } from "../handoff/handoff.ts";
import type { Amounts } from "../handoff/presets.ts";
import { isFolder } from "../io/files.ts";
import { stateFolder } from "../io/state.ts";
import { isWithin, localForm, rulesFor } from "../session/paths.ts";
import type { Places } from "./places.ts";

export { deliver } from "../handoff/deliver.ts";
export type { Made } from "../handoff/handoff.ts";
export { type Amounts, PRESETS, type Preset } from "../handoff/presets.ts";
export { type Task, taskText } from "../handoff/prompt.ts";

export interface DocumentRequest {
  selected: Selected;
  /** Tools are named as in this agent; null to keep their names. */
  receiver: Agent | null;
  /** What the reader should do, in words; null for nothing. */
  task: string | null;
  redact: boolean;
  places: Places;
  amounts: Amounts;
  /** The folder in which the work continues; by default the session's own. */
  cwd?: string | undefined;
  /** A folder for temporary files. */
  scratch: string;
}

/** Writes a session as a document within a token budget. */
export async function documentOf(request: DocumentRequest): Promise<Made> {
  const { selected, receiver, task, redact, places, scratch } = request;
  const { agent, path, name, id } = selected;
  return await handoffOf({
    agent,
    path,
    name,
    isStored: id !== "" || isInStore(selected, places),
    amounts: request.amounts,
    receiver,
    task,
    redact,
    folder: (cwd) => folderNow(request.cwd ?? cwd),
    env: places.env,
    scratch,
  });
}

function isInStore({ agent, path, name }: Selected, places: Places): boolean {
  const rules = rulesFor(process.platform);
  return (
    name !== null && rootsOf(agent, places).some((root) => isWithin(path, realOr(root), rules))
  );
}

function folderNow(folder: string | null): string | null {
  if (folder === null) return null;
  const local = localForm(folder, process.platform);
  return isFolder(local) ? resolve(local) : null;
}

/** Is this path in Segue's own folder? */
export function isOurs(path: string, { env }: Places): boolean {
  const rules = rulesFor(process.platform);
  return isWithin(realOr(path), realOr(stateFolder(env)), rules);
}
