/**
 * What 3.x began a session with: plugins, which all sessions of a folder share by their contents, in
 * plugins/{packages,manifests,blobs}/<first two>/<SHA-256>. Without them, the CLI does not open the session
 * ("plugin_package_unavailable").
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { SegueError } from "../../errors.ts";
import { textOrNone } from "../../io/door.ts";
import { putFile } from "../../io/output.ts";
import { foldersIn, isFile, isFolder } from "./place.ts";

const KINDS = ["packages", "manifests", "blobs"] as const;
const DIGEST = /\b[0-9a-f]{64}\b/g;

/** Copies those of the session in `folder` to another folder of sessions. They stay there, as others may use them. */
export function copyPlugins(root: string, folder: string, to: string): void {
  const states = foldersIn(join(folder, "generations")).map((name) =>
    textOrNone(join(folder, "generations", name, "runtime-state.json")),
  );
  const wanted = new Set(states.flatMap((state) => state?.match(DIGEST) ?? []));
  // A manifest names the blobs of its package; what is added comes next.
  for (const digest of wanted) {
    for (const kind of KINDS) {
      const own = join("plugins", kind, digest.slice(0, 2), digest);
      const [from, place] = [join(root, own), join(to, own)];
      if (isFolder(from) && !existsSync(place)) copyFolder(from, place);
      if (!isFile(from)) continue;
      if (kind === "manifests") {
        for (const named of textOrNone(from)?.match(DIGEST) ?? []) wanted.add(named);
      }
      if (!existsSync(place)) putFile(place, readFileSync(from));
    }
  }
}

/** All of it appears at once. Links and locks are left out. */
export function copyFolder(from: string, to: string): void {
  if (existsSync(to)) {
    throw new SegueError("refused", "the session's folder already exists", { where: to });
  }
  const aside = join(dirname(to), `.segue-${basename(to)}`);
  rmSync(aside, { recursive: true, force: true });
  try {
    for (const entry of readdirSync(from, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile() || entry.name.endsWith(".lock")) continue;
      const own = join(entry.parentPath, entry.name);
      const place = join(aside, relative(from, own));
      mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
      putFile(place, readFileSync(own));
    }
    renameSync(aside, to);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    throw error;
  }
}
