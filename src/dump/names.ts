/** File names that every system accepts, and that no two sessions share. */
import { createHash } from "node:crypto";

/** If names that differ only in case are the same, two ids must not become one file. */
const PLAIN = /^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)*$/;
/** Windows devices, whatever follows a dot. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/;
const MOST = 100;

/** A name for a session's files, without an extension: its id if that is a valid one. */
export function nameFor(id: string, place: string, isFree: (name: string) => boolean): string {
  const safe = id
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, "_")
    .replace(/\.(?=\.|$)/g, "_")
    .replace(/^[^a-z0-9]/, "_")
    .slice(0, MOST);
  const isPlain = PLAIN.test(id) && !DEVICE.test(id) && id.length <= MOST;
  if (isPlain && isFree(id)) return id;
  return `${safe || "session"}-${createHash("sha256").update(`${id}\0${place}`).digest("hex").slice(0, 8)}`;
}

const TITLE = 48;

/** "2026-11-21-fix-the-login-test-5bc11129": a valid file name, unless it is taken. */
export function pageName({
  title,
  createdAt,
  id,
}: {
  title: string | null;
  createdAt: string | null;
  id: string;
}): string {
  const [day = ""] = /^\d{4}-\d\d-\d\d/.exec(createdAt ?? "") ?? [];
  const words = cutAtWord(wordsIn(title ?? ""));
  return [day, words, wordsIn(id).slice(0, 8)].filter((part) => part !== "").join("-");
}

function cutAtWord(words: string): string {
  if (words.length <= TITLE) return words;
  // A single long word is cut at the limit.
  return words.slice(0, TITLE + 1).replace(/-?[^-]*$/, "") || words.slice(0, TITLE);
}

/** Letters without their marks, and digits; other scripts are removed. */
function wordsIn(text: string): string {
  const plain = text.replaceAll("ß", "ss").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

/** The name of a file that belongs to a session, below its own. */
export function partName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]/g, "_").replace(/[. ]+$/, "_");
  return DEVICE.test(safe.toLowerCase()) ? `_${safe}` : safe.slice(-200);
}
