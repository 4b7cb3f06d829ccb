/**
 * Checks the package as it would be published: its contents, its size, its entry points and their
 * types. With --install, it is packed by npm itself, installed as users do, and run.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { ROOT } from "./bundle.ts";
import { publishedManifest } from "./manifest.ts";
import { notices } from "./notices.ts";

/** Installed: there is nothing beside it. */
const MOST_BYTES = 8_000_000;
/** For data of others whose licence requires that its text is included. */
const NOTICES = "THIRD-PARTY-NOTICES.md";
const OURS =
  /^(?:package\.json|LICENSE|[A-Z-]+\.md|dist\/.+\.(?:js|d\.ts)|schema\/.+\.json|docs\/.+\.(?:md|svg))$/;

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

/**
 * The files to publish beside the published manifest: the checkout does not change in the meantime.
 */
function stage(folder: string): string {
  const staged = join(folder, "staged");
  mkdirSync(staged);
  const manifest = publishedManifest();
  writeFileSync(join(staged, "package.json"), manifest);
  const { files = [] }: { files?: string[] } = JSON.parse(manifest);
  for (const file of files) cpSync(join(ROOT, file), join(staged, file), { recursive: true });
  return staged;
}

/** Packs a folder; for the checkout, with the scripts that npm runs then. */
function pack(cwd: string, folder: string): Packed {
  const scripts = cwd === ROOT ? [] : ["--ignore-scripts"];
  const printed = npm(["pack", ...scripts, "--json", "--pack-destination", folder], { cwd });
  // The scripts print as well.
  const out = printed.slice(printed.indexOf("[\n"));
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
  checkLinks(new Set(files.map(({ path }) => path)));
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

/** Everything that README.md links to is in the package, except what only a checkout can use. */
function checkLinks(files: ReadonlySet<string>): void {
  const text = readFileSync(join(ROOT, "README.md"), "utf8");
  for (const [, link = ""] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
    if (!files.has(link) && !link.startsWith("test/")) fail(`README.md leads to ${link}`);
  }
}

/** Installing it runs no script, and installs no other package. */
function checkManifest(): void {
  const manifest: object = JSON.parse(publishedManifest());
  for (const key of ["scripts", "dependencies", "devDependencies", "allowScripts"]) {
    if (key in manifest) fail(`its package.json has ${key}`);
  }
}

async function checkNotices(): Promise<void> {
  const { wanted, found } = await notices();
  if (wanted !== found) fail(`${NOTICES} is not up to date: run \`node scripts/notices.ts\``);
}

async function checkEntries(staged: string, file: string): Promise<void> {
  const { messages, pkg } = await publint({ pkgDir: staged, pack: "npm", strict: true });
  const [message] = messages;
  if (message) fail(formatMessage(message, pkg) ?? message.code);
  const analysis = await checkPackage(createPackageFromTarballData(readFileSync(file)));
  if (!analysis.types) fail("it has no types");
  for (const problem of analysis.problems) {
    // It is ESM only, like its engines: older ways of resolving modules do not apply.
    const kind = "resolutionKind" in problem ? problem.resolutionKind : null;
    if (kind !== "node10" && kind !== "node16-cjs")
      fail(`${problem.kind}: ${JSON.stringify(problem)}`);
  }
}

/**
 * The oldest Node that the package supports, and Bun, from the packages that contain their
 * programs.
 */
function runtimes(folder: string): { name: string; run: readonly string[] }[] {
  const home = join(folder, "runtimes");
  mkdirSync(home);
  writeFileSync(join(home, "package.json"), '{"private":true}');
  const host = `${process.platform}-${process.arch}`;
  const [node, bun] = [`node-${host}`, `@oven/bun-${host}`];
  const { engines }: { engines: { node: string } } = JSON.parse(publishedManifest());
  const oldest = engines.node.replace(">=", "");
  npm(["install", "--ignore-scripts", `${node}@${oldest}`, bun], { cwd: home });
  const modules = join(home, "node_modules");
  return [
    { name: process.version, run: [process.execPath] },
    { name: `Node ${oldest}`, run: [join(modules, node, "bin", "node")] },
    { name: "Bun", run: [join(modules, bun, "bin", "bun"), "--bun"] },
  ];
}

/** Installs it globally; npm prints no warnings, and installs nothing else. */
function installGlobally(folder: string, file: string): string {
  const prefix = join(folder, "global");
  const { stderr } = spawnSync("npm", ["install", "--global", "--prefix", prefix, file], {
    encoding: "utf8",
  });
  const warning = stderr.split("\n").find((line) => line.startsWith("npm warn"));
  if (warning !== undefined) fail(`npm says, as it installs it: ${warning}`);
  const modules = join(prefix, "lib", "node_modules");
  const installed = globSync("{*,@*/*}/package.json", { cwd: modules });
  if (installed.length !== 1) fail(`it is installed with others: ${installed.join(", ")}`);
  return join(prefix, "bin", "segue");
}

/** Lists, converts and searches with each supported runtime; none prints warnings. */
function checkRuns(folder: string, segue: string): string {
  const source = join(ROOT, "examples/claude-code-session.jsonl");
  const script = realpathSync(segue);
  const names = runtimes(folder).map(({ name, run: [program = "", ...before] }) => {
    const home = mkdtempSync(join(folder, "home-"));
    const env = { ...process.env, HOME: home, SEGUE_HOME: join(home, "segue") };
    const project = join(home, ".claude", "projects", "-tmp-shop");
    mkdirSync(project, { recursive: true });
    cpSync(source, join(project, "5bc111aa-0000-4000-8000-000000000000.jsonl"));
    const run = (...args: string[]): string => {
      const done = spawnSync(program, [...before, script, ...args], { env, encoding: "utf8" });
      if (done.status !== 0) fail(`with ${name}, segue ${args[0]} fails: ${done.stderr}`);
      if (/Warning/.test(done.stderr)) fail(`with ${name} it prints ${done.stderr}`);
      return done.stdout;
    };
    const { sessions }: { sessions: unknown[] } = JSON.parse(run("list", "--all", "--json"));
    if (sessions.length !== 1) fail(`with ${name}, list shows ${sessions.length} sessions`);
    const there = join(home, "codex.jsonl");
    const home2 = join(home, "again.jsonl");
    run("convert", source, "--to", "codex", "-o", there);
    run("convert", there, "--to", "claude-code", "-o", home2);
    if (!readFileSync(home2).equals(readFileSync(source))) fail(`with ${name}, bytes are lost`);
    run("search", "the", "--all", "--json");
    return name;
  });
  return names.join(", ");
}

/** `npm i -g`, `npx`, and the library with its types, in separate folders. */
function checkInstalled(folder: string, file: string): void {
  const segue = installGlobally(folder, file);
  const env = { ...process.env, HOME: join(folder, "home"), SEGUE_HOME: join(folder, "segue") };
  const version = execFileSync(segue, ["--version"], { env, encoding: "utf8" }).trim();
  console.log(`runs with ${checkRuns(folder, segue)}`);
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

const USE = `import { convertFile, openSegue, type Report, type SessionList, SegueError } from "segue-cli";
const { sessions }: SessionList = await (await openSegue()).list();
if (sessions.length > 0) throw new SegueError("failed", "this home has no sessions");
const report: Report = await convertFile(process.argv[2] ?? "", { to: "codex", output: "out.jsonl" });
if (report.losses.some(({ count }) => count < 1)) throw new SegueError("failed", "no");
console.log(report.how, report.verified.readback);
`;

const folder = mkdtempSync(join(tmpdir(), "segue-pack-"));
try {
  const staged = stage(folder);
  const packed = pack(staged, folder);
  const size = checkFiles(packed);
  checkManifest();
  await checkNotices();
  await checkEntries(staged, join(folder, packed.filename));
  if (process.argv.includes("--install")) {
    checkInstalled(folder, join(folder, pack(ROOT, folder).filename));
  }
  console.log(`the package is as it should be: ${size}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
