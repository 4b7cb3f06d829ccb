/**
 * Checks the package as it would be published: what is in it, its size, its entry points and their
 * types. With --install it is installed as users do, from the packed file, and run.
 */
import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const ROOT = join(import.meta.dirname, "..");
const MOST_BYTES = 2_000_000;
/** Of the data of others, whose licence asks that it goes with it. */
const NOTICES = "THIRD-PARTY-NOTICES.md";
const OURS =
  /^(?:package\.json|README\.md|LICENSE|THIRD-PARTY-NOTICES\.md|CHANGELOG\.md|dist\/.+\.(?:js|d\.ts)|schema\/.+\.json)$/;

interface Packed {
  filename: string;
  unpackedSize: number;
  files: { path: string; size: number; mode: number }[];
}

function fail(what: string): never {
  throw new Error(`the package is not as it should be: ${what}`);
}

function npm(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): string {
  return execFileSync("npm", [...args], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
  });
}

function pack(folder: string): Packed {
  const out = npm(["pack", "--ignore-scripts", "--json", "--pack-destination", folder]);
  const [packed]: Packed[] = JSON.parse(out);
  return packed ?? fail("nothing was packed");
}

function checkFiles({ files }: Packed): string {
  for (const { path } of files) if (!OURS.test(path)) fail(`${path} is in it`);
  const workers = globSync("src/**/*-worker.ts", { cwd: ROOT }).map(
    (path) => `dist/${basename(path, ".ts")}.js`,
  );
  for (const name of ["dist/bin.js", "dist/index.d.ts", "README.md", NOTICES, ...workers]) {
    if (!files.some(({ path }) => path === name)) fail(`${name} is missing`);
  }
  const bin = files.find(({ path }) => path === "dist/bin.js");
  if (((bin?.mode ?? 0) & 0o111) === 0) fail("dist/bin.js is not executable");
  for (const { path } of files) {
    const source = join(ROOT, path.replace(/^dist/, "src").replace(/\.d\.ts$/, ".ts"));
    if (path.endsWith(".d.ts") && !existsSync(source)) fail(`${path} is left from an older build`);
  }
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes > MOST_BYTES) fail(`it is ${bytes} bytes unpacked, more than ${MOST_BYTES}`);
  return `${files.length} files, ${Math.round(bytes / 1000)} KB unpacked`;
}

async function checkEntries(file: string): Promise<void> {
  const { messages, pkg } = await publint({ pkgDir: ROOT, pack: "npm", strict: true });
  const [message] = messages;
  if (message) fail(formatMessage(message, pkg) ?? message.code);
  const analysis = await checkPackage(createPackageFromTarballData(readFileSync(file)));
  if (!analysis.types) fail("it has no types");
  for (const problem of analysis.problems) {
    // It is ESM only, as the engines it names are: older ways of resolving modules are not its own.
    const kind = "resolutionKind" in problem ? problem.resolutionKind : null;
    if (kind !== "node10" && kind !== "node16-cjs")
      fail(`${problem.kind}: ${JSON.stringify(problem)}`);
  }
}

/** `npm i -g`, `npx`, and the library with its types, in folders of their own. */
function checkInstalled(folder: string, file: string): void {
  const prefix = join(folder, "global");
  npm(["install", "--global", "--prefer-offline", "--prefix", prefix, file]);
  const env = { ...process.env, HOME: join(folder, "home"), SEGUE_HOME: join(folder, "segue") };
  const segue = join(prefix, "bin", "segue");
  const version = execFileSync(segue, ["--version"], { env, encoding: "utf8" }).trim();
  execFileSync(segue, ["list", "--json"], { env });
  const app = mkdtempSync(join(folder, "app-"));
  writeFileSync(join(app, "package.json"), '{"type":"module","private":true}');
  npm(["install", "--prefer-offline", file], { cwd: app });
  const npx = npm(["exec", "--offline", "--", "segue-cli", "--version"], {
    cwd: app,
    env: process.env,
  });
  if (npx.trim() !== version) fail(`npx gives ${npx.trim()}, not ${version}`);
  writeFileSync(join(app, "use.ts"), USE);
  const source = join(ROOT, "examples/claude-code-session.jsonl");
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const typeRoots = [join(ROOT, "node_modules/@types")];
  const strict = { strict: true, noEmit: true, module: "nodenext", target: "es2023" };
  const compilerOptions = { ...strict, types: ["node"], typeRoots };
  writeFileSync(join(app, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["use.ts"] }));
  execFileSync(process.execPath, [compiler, "-p", "."], { cwd: app, stdio: "inherit" });
  const out = execFileSync(process.execPath, ["use.ts", source], {
    cwd: app,
    env,
    encoding: "utf8",
  });
  if (out.trim() !== "converted true") fail(`the library says ${out}`);
}

const USE = `import { convertFile, type Report, SegueError } from "segue-cli";
const report: Report = await convertFile(process.argv[2] ?? "", { to: "codex", output: "out.jsonl" });
if (report.losses.some(({ count }) => count < 1)) throw new SegueError("failed", "no");
console.log(report.how, report.verified.readback);
`;

const folder = mkdtempSync(join(tmpdir(), "segue-pack-"));
try {
  const packed = pack(folder);
  const file = join(folder, packed.filename);
  const size = checkFiles(packed);
  await checkEntries(file);
  if (process.argv.includes("--install")) checkInstalled(folder, file);
  console.log(`the package is as it should be: ${size}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
