/** Converting a session file to another agent's format, without touching a store. */
import { existsSync } from "node:fs";
import { isOnlyPart, select } from "../catalog/select.ts";
import type { Settings } from "../config/settings.ts";
import type { ConvertFileOptions } from "../convert/file.ts";
import type { ReasoningFate } from "../convert/project/project.ts";
import { databaseAt } from "../convert/read/open.ts";
import { isFolder } from "../io/files.ts";
import { agentNamed } from "./names.ts";
import type { Places } from "./places.ts";

export { type ConvertFileOptions, convertFile } from "../convert/file.ts";
export type { Counts } from "../convert/project/counts.ts";
export type { ReasoningFate } from "../convert/project/project.ts";
export { LOSSES, type Loss, type LossCode, type Severity } from "../convert/report/losses.ts";
export { type Report, reportText } from "../convert/report/report.ts";
export { exists, putFile } from "../io/output.ts";

/** The options for another vendor's reasoning; see `HandoverOptions`. */
export const REASONING: readonly ReasoningFate[] = ["text", "omit"];

/** The places where a carry can be stored; see `ConvertFileOptions`. */
export const CARRY_PLACES: readonly NonNullable<ConvertFileOptions["carry"]>[] = [
  "beside",
  "inside",
  "none",
];

/** How reasoning is sent: as requested, else according to the settings. */
export function reasoningFate(given: ReasoningFate | undefined, settings: Settings): ReasoningFate {
  return given ?? (settings.get("reasoning").value === "omit" ? "omit" : "text");
}

export interface FileSource {
  path: string;
  /** The path as the user knows it; null for stdin. */
  name: string | null;
  /** The file's agent, if it is known before the file is read. */
  from: string | undefined;
}

/**
 * The file that a session name refers to. An existing file is used as it is: files beside it may be
 * needed to detect its agent.
 * @throws SegueError if nothing or more than one session matches.
 */
export async function fileSource(
  name: string,
  from: string | undefined,
  places: Places,
): Promise<FileSource> {
  if (existsSync(name) && !isFolder(name) && !isRows(name) && !isOnlyPart(name))
    return {
      path: name,
      name,
      from: from === undefined ? from : agentNamed(from, places.profiles).id,
    };
  const wanted = from === undefined ? undefined : agentNamed(from, places.profiles);
  const { agent, path } = await select(name, places, wanted);
  return { path, name: path, from: agent.id };
}

/** Is it a database? One with text in it is a file, too, and comes back as one. */
function isRows(path: string): boolean {
  const agent = databaseAt(path);
  return agent !== undefined && agent.text === undefined;
}
