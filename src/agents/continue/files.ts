/** A session's file in the store, and the lines that stand for it. */
import { basename, dirname, join } from "node:path";
import { SegueError } from "../../errors.ts";
import { bytesIn } from "../../io/door.ts";
import { frameLine, joinDocument, splitDocument } from "../../lossless/document.ts";
import { parseValue, stringify } from "../../lossless/json-text.ts";
import { member, object } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { FORM, session } from "./document.ts";

/** Lists all sessions, beside their files. */
export const INDEX = "sessions.json";

export function sessionFile(root: string, id: string): string {
  return join(root, `${id}.json`);
}

/** The file of a session at `root#id`, or at its own path. */
export function fileOf(place: string): string {
  const at = place.lastIndexOf("#");
  return at > 0 && basename(dirname(place)) !== "sessions"
    ? sessionFile(place.slice(0, at), place.slice(at + 1))
    : place;
}

/** The session's lines; null where there is none. */
export function linesAt(file: string): string[] | null {
  const bytes = bytesAt(file);
  if (!bytes) return null;
  const [frame = "", ...lines] =
    splitDocument(bytes, [session])?.toString("utf8").split("\n").slice(0, -1) ?? [];
  if (lines.length === 0) {
    const about = { where: file };
    throw new SegueError("unreadable", "this is no session of Continue's, or a damaged one", about);
  }
  const spelling = spellingOf(frame);
  return spelling ? [text({ spelling }), ...lines] : lines;
}

/** The file that the lines stand for. */
export function bytesOf(lines: readonly string[], file: string): Buffer {
  const [first = "", ...rest] = lines;
  const spelling = object(member(parseValue(first), "spelling"));
  const own = spelling ? rest : lines;
  const plain = frameLine(FORM, "")[FRAME];
  const frame = { [FRAME]: { ...plain, ...spelling } };
  const all = [text(frame), ...own].map((line) => `${line}\n`).join("");
  const bytes = joinDocument(Buffer.from(all), [session]);
  if (bytes && own.length > 0) return bytes;
  throw new SegueError("failed", "these lines are no session of Continue's", { where: file });
}

/** The id that lines name as their session's. */
export function idIn(lines: readonly string[]): Json | undefined {
  const heads = lines.map((line) => member(parseValue(line), "sessionId"));
  return heads.find((id) => id !== undefined);
}

const FRAME = "segue.document";

/** null where it is spelled as the CLI does it. */
function spellingOf(frame: string): JsonObject | null {
  const { form: _, ...spelling } = object(member(parseValue(frame), FRAME)) ?? {};
  const { indent, end, raw } = spelling;
  return indent === 2 && end === "" && raw === undefined ? null : spelling;
}

function text(value: Json): string {
  return stringify(value) ?? "null";
}

function bytesAt(path: string): Buffer | null {
  try {
    return bytesIn(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
