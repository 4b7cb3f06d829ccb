/**
 * Builds dist/: the program as a few files, since loading a hundred modules takes longer than most
 * commands, and the types beside them. What is installed with the package stays outside.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, globSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { rolldown } from "rolldown";

const ROOT = join(import.meta.dirname, "..");
const DIST = join(ROOT, "dist");

/** The program, the library, and what runs in threads of its own: by the names that they have in dist/. */
function inputs(): Record<string, string> {
  const workers = globSync("src/**/*-worker.ts", { cwd: ROOT });
  const entries = ["src/bin.ts", "src/index.ts", ...workers];
  return Object.fromEntries(entries.map((path) => [basename(path, ".ts"), join(ROOT, path)]));
}

rmSync(DIST, { recursive: true, force: true });
const bundle = await rolldown({
  input: inputs(),
  platform: "node",
  external: /^node:/,
});
await bundle.write({
  dir: DIST,
  format: "esm",
  // All in one folder: a thread is started by the name of a file beside the one that starts it.
  entryFileNames: "[name].js",
  chunkFileNames: "[name]-[hash].js",
});
await bundle.close();
const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
execFileSync(process.execPath, [compiler, "-p", join(ROOT, "tsconfig.build.json")], {
  stdio: "inherit",
});
chmodSync(join(DIST, "bin.js"), 0o755);
