/**
 * Installs the real CLIs at their pinned versions, below test/native: `node test/native/install.ts`.
 * Does nothing when all is there already. Needs the npm registry; everything else here runs without a network.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { drivers } from "./agents/index.ts";
import { objs, parseJson } from "./model-server/json.ts";

const here = dirname(fileURLToPath(import.meta.url));
const cache = join(here, ".cache");

/**
 * Some dependencies of this version are not on every mirror, so it cannot be installed the usual way. Its tarball holds a
 * bundle of its own; the two packages that the bundle looks for stand in package.json.
 */
const PI = {
  spec: "@earendil-works/pi-coding-agent@1.5.2",
  integrity:
    "sha512-mUWI04rqF1Vd/m1q+Ps1XeWsTXEVvRUnsmRa83I3Dzua0Tx5bYS93imeqtIfrXf7PkkaR6ERz+AuQhIJlom5yA==",
};
const piFolder = join(cache, "pi-1.5.2");

function isInstalled(): boolean {
  const stamp = join(cache, "stamp");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wantedStamp()) return false;
  return drivers.every(({ program }) => existsSync(program.at(-1) ?? ""));
}

export function install(): void {
  if (isInstalled()) return;
  mkdirSync(cache, { recursive: true });
  npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], here);
  // The one install script that is needed: it puts the platform's binary in its place.
  const claude = join(here, "node_modules/@anthropic-ai/claude-code");
  execFileSync(process.execPath, ["install.cjs"], { cwd: claude, stdio: "inherit" });
  if (!existsSync(piFolder)) installPi();
  writeFileSync(join(cache, "stamp"), wantedStamp());
}

function installPi(): void {
  const packed: unknown = parseJson(npm(["pack", PI.spec, "--json", "--loglevel=error"], cache));
  const [entry] = objs(packed);
  if (typeof entry?.filename !== "string") throw new Error(`npm pack ${PI.spec} named no file`);
  const tarball = join(cache, entry.filename);
  const digest = createHash("sha512").update(readFileSync(tarball)).digest("base64");
  if (`sha512-${digest}` !== PI.integrity) {
    rmSync(tarball);
    throw new Error(`${PI.spec}: the tarball's sha512 is ${digest}, not the pinned one`);
  }
  const unpacked = join(cache, "unpacking");
  rmSync(unpacked, { recursive: true, force: true });
  rmSync(piFolder, { recursive: true, force: true });
  mkdirSync(unpacked);
  execFileSync("tar", ["-xzf", tarball, "-C", unpacked]);
  renameSync(join(unpacked, "package"), piFolder);
  rmSync(unpacked, { recursive: true });
  rmSync(tarball);
}

function npm(args: string[], cwd: string): string {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

function wantedStamp(): string {
  const lock = readFileSync(join(here, "package-lock.json"));
  return createHash("sha256").update(lock).update(JSON.stringify(PI)).digest("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const before = isInstalled();
  install();
  console.log(before ? "The CLIs are installed already." : "The CLIs are installed.");
  for (const { id, program } of drivers) console.log(`  ${id}: ${program.join(" ")}`);
}
