/**
 * Builds dist/: the program as a few files, because loading a hundred modules takes longer than
 * most commands, and the types beside them.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundle, filesOf, ROOT } from "./bundle.ts";

const DIST = join(ROOT, "dist");

rmSync(DIST, { recursive: true, force: true });
const built = await bundle();
await built.write({
  // All in one folder: a thread is started by the name of a file beside the one that starts it.
  dir: DIST,
  ...(await filesOf(built)),
  // Names are kept, for the stack traces that --verbose prints.
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
});
await built.close();
const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
execFileSync(process.execPath, [compiler, "-p", join(ROOT, "tsconfig.build.json")], {
  stdio: "inherit",
});
chmodSync(join(DIST, "bin.js"), 0o755);
