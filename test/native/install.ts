/**
 * Installs the real CLIs at their pinned versions, below test/native: `node test/native/install.ts`.
 * SEGUE_LAB_PINS=older installs the second pins. Does nothing when all is there already. Needs the npm registry; everything else here runs without a network.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { drivers } from "./agents/index.ts";
import { objs, parseJson } from "./model-server/json.ts";
import { type Packed, PINS, packed, packedPins, pinned } from "./pins.ts";

const cache = pinned(".cache");

function isInstalled(): boolean {
  const stamp = join(cache, "stamp");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wantedStamp()) return false;
  return (
    drivers.every(({ program }) => existsSync(program.at(-1) ?? "")) &&
    Object.keys(packedPins()).every((name) => existsSync(packed(name)))
  );
}

export function install(): void {
  if (isInstalled()) return;
  // Only before the tests begin: npm would wait for a network for a long time, and empty what runs.
  if (process.env.SEGUE_IN_NETNS !== undefined) {
    throw new Error("the CLIs are not installed as they are pinned: node test/native/install.ts");
  }
  mkdirSync(cache, { recursive: true });
  const how = existsSync(pinned("package-lock.json")) ? "ci" : "install";
  npm([how, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], PINS);
  // The one install script that is needed: it puts the platform's binary in its place.
  const claude = pinned("node_modules/@anthropic-ai/claude-code");
  execFileSync(process.execPath, ["install.cjs"], { cwd: claude, stdio: "inherit" });
  for (const [name, pin] of Object.entries(packedPins())) {
    if (!existsSync(packed(name))) unpack(pin, packed(name));
  }
  writeFileSync(join(cache, "stamp"), wantedStamp());
}

function unpack({ name, version, integrity }: Packed, folder: string): void {
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

function npm(args: string[], cwd: string): string {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

function wantedStamp(): string {
  const hash = createHash("sha256");
  // Their content, not how they are laid out.
  for (const name of ["package.json", "package-lock.json"]) {
    if (existsSync(pinned(name))) {
      hash.update(JSON.stringify(parseJson(readFileSync(pinned(name), "utf8"))));
    }
  }
  return hash.digest("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const before = isInstalled();
  install();
  console.log(before ? "The CLIs are installed already." : "The CLIs are installed.");
  for (const { id, program } of drivers) console.log(`  ${id}: ${program.join(" ")}`);
}
