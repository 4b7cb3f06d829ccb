/** Where the files of a kept session go. An archive may come from anyone: its names are checked. */
import { basename, join, relative, resolve } from "node:path";
import { SegueError } from "../errors.ts";
import { rowPlace } from "../io/row-place.ts";
import { isWithin, rulesFor } from "../session/paths.ts";
import type { Kept, KeptFile } from "./manifest.ts";

const RULES = rulesFor(process.platform);
/** The longest name that most file systems allow. */
const NAME_BYTES = 255;

/** Below a folder, by the names that they had below the store's; a name that is taken gets a number. */
export function namesBelow(folder: string, kept: Kept): Map<KeptFile, string> {
  const taken = new Set<string>();
  return new Map(
    kept.files.map((file) => {
      const names = file.name?.split("/") ?? ["elsewhere", basename(file.place)];
      const path = join(folder, ...names.map((name) => checked(name, file)));
      const free = freeName(path, taken);
      taken.add(free.toLowerCase());
      return [file, free];
    }),
  );
}

function freeName(path: string, taken: ReadonlySet<string>): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? path : `${path}.${n}`;
    if (!taken.has(name.toLowerCase())) return name;
  }
}

/** The store that a session returns to. */
export interface Home {
  root: string;
  /** The agent's own folder, if its store is only a part of that. */
  own: string | undefined;
}

/** In its agent's store; null for a file that was in neither the store nor the agent's own folder. */
export function placeInStore(file: KeptFile, kept: Kept, { root, own }: Home): string | null {
  if (file.mode === null) return rowsInStore(file.place, kept, root);
  if (file.name !== null)
    return join(root, ...file.name.split("/").map((one) => checked(one, file)));
  const path = resolve(file.place);
  return own !== undefined && isWithin(path, own, RULES) ? path : null;
}

/** The database may have moved with its store. */
function rowsInStore(place: string, kept: Kept, root: string): string {
  const { path, id } = rowPlace(place);
  if (!isWithin(path, kept.root, RULES)) return place;
  return `${join(root, relative(kept.root, path))}#${id}`;
}

function checked(name: string, { place }: KeptFile): string {
  const isOdd = name === "" || name === "." || name === ".." || /[\0/\\]/.test(name);
  const isOddHere = process.platform === "win32" && /[<>:"|?*]/.test(name);
  if (!isOdd && !isOddHere && Buffer.byteLength(name) <= NAME_BYTES) return name;
  throw new SegueError("refused", "the archive has a name that cannot be a file's", {
    where: place,
  });
}
