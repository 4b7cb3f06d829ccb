/** Reads everything in an archive, and names what is damaged. */
import { createHash } from "node:crypto";
import { isThere } from "../convert/read/open.ts";
import type { Archive, Stored } from "./archive.ts";
import { chunksOf, type Kept, type KeptFile } from "./manifest.ts";

export interface Damage {
  /** `manifest`: the record of a session. `missing`, `damaged`: a chunk. `other`: the chunks are not this file. */
  what: "manifest" | "missing" | "damaged" | "other";
  /** The file in the archive. */
  path: string;
  /** The session, and which file of it; null for a damaged manifest. */
  kept: Kept | null;
  place: string | null;
  /** Can it be read nevertheless, because another machine keeps the same? */
  elsewhere: boolean;
  /** Is the session still where it was kept from, so that the next keep mends it? */
  mendable: boolean;
}

export interface Verified {
  sessions: number;
  files: number;
  /** Bytes of all files, unpacked. */
  bytes: number;
  damage: Damage[];
  /** Chunks of this machine that no session needs. */
  unused: number;
}

/** Called between two sessions. */
export interface Verifying {
  progress(done: number, total: number): void;
  pause(): Promise<void>;
}

export async function verify(archive: Archive, verifying: Verifying): Promise<Verified> {
  const all = archive.all();
  const total = all.reduce((sum, { kept }) => sum + (kept ? bytesOf(kept) : 0), 0);
  const result: Verified = { sessions: 0, files: 0, bytes: 0, damage: [], unused: 0 };
  const unused = archive.objects.names();
  for (const stored of all) {
    await verifying.pause();
    verifying.progress(result.bytes, total);
    result.sessions++;
    const { kept } = stored;
    if (!kept) {
      result.damage.push(ofManifest(stored));
      continue;
    }
    for (const file of kept.files) {
      result.files++;
      result.bytes += file.bytes;
      result.damage.push(...check(archive, stored, kept, file));
    }
    if (stored.machine !== archive.machine) continue;
    for (const { sha256 } of chunksOf(kept)) unused.delete(sha256);
  }
  result.unused = all.some(({ kept }) => kept === null) ? 0 : unused.size;
  return result;
}

function bytesOf({ files }: Kept): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function ofManifest({ path }: Stored): Damage {
  const nothing = { kept: null, place: null, elsewhere: false, mendable: false };
  return { what: "manifest", path, ...nothing };
}

function check(archive: Archive, stored: Stored, kept: Kept, file: KeptFile): Damage[] {
  const { machine } = stored;
  const objects = archive.objectsOf(machine);
  const about = { kept, place: file.place, mendable: isMendable(archive, stored, file) };
  const hash = createHash("sha256");
  const damage: Damage[] = [];
  for (const chunk of file.chunks) {
    const own = objects.read(chunk);
    const bytes = own ?? archive.read(chunk, machine);
    if (bytes) hash.update(bytes);
    if (own) continue;
    const path = objects.path(chunk.sha256);
    const what = objects.has(chunk.sha256) ? "damaged" : "missing";
    damage.push({ what, path, elsewhere: bytes !== null, ...about });
    if (what === "damaged" && machine === archive.machine) setAside(archive, chunk.sha256);
  }
  if (damage.length === 0 && hash.digest("hex") !== file.sha256) {
    damage.push({ what: "other", path: stored.path, elsewhere: false, ...about });
  }
  return damage;
}

/** Then the next keep puts it again. */
function setAside(archive: Archive, sha256: string): void {
  try {
    archive.objects.setAside(sha256);
  } catch {
    // A read-only archive, or another process was faster.
  }
}

function isMendable(archive: Archive, { machine, version }: Stored, file: KeptFile): boolean {
  return machine === archive.machine && version === null && isThere(file.place);
}
