/** Packages of npm that are fetched as a tarball, checked against the digest that is pinned, and unpacked. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { objs, parseJson } from "./model-server/json.ts";
import type { Packed } from "./pins.ts";

/** Puts the package's files into `folder`; `cache` is a folder for what is on the way. */
export function unpack({ name, version, integrity }: Packed, folder: string, cache: string): void {
  const spec = `${name}@${version}`;
  const [entry] = objs(parseJson(npm(["pack", spec, "--json", "--loglevel=error"], cache)));
  if (typeof entry?.filename !== "string") throw new Error(`npm pack ${spec} named no file`);
  const tarball = join(cache, entry.filename);
  const digest = createHash("sha512").update(readFileSync(tarball)).digest("base64");
  if (`sha512-${digest}` !== integrity) {
    rmSync(tarball);
    throw new Error(`${spec}: the tarball's sha512 is ${digest}, not the pinned one`);
  }
  const unpacked = join(cache, "unpacking");
  rmSync(unpacked, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(unpacked);
  execFileSync("tar", ["-xzf", tarball, "-C", unpacked]);
  renameSync(join(unpacked, "package"), folder);
  rmSync(unpacked, { recursive: true });
  rmSync(tarball);
}

export function npm(args: string[], cwd: string): string {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
