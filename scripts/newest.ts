/**
 * Have the agents changed? Asks the registry for newer versions of their CLIs than those pinned by
 * the native tests. If there are any, runs smoke, oracle and the pairs with one agent, with the
 * newer versions in a separate lab. Prints what breaks, and which records, kinds and keys in the
 * recordings are new. Run it before you close an issue; see CONTRIBUTING.md.
 *
 *     node scripts/newest.ts [FOLDER] [--hub AGENT] [--only smoke]… [--anyway]
 *
 * `--only` runs some of the three; `--anyway` runs them even if nothing is newer.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Obj, obj, objs, parseJson, str } from "../test/native/model-server/json.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NATIVE = join(ROOT, "test/native");

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    hub: { type: "string", default: "claude-code" },
    only: { type: "string", multiple: true, default: ["smoke", "oracle", "pairs"] },
    anyway: { type: "boolean", default: false },
  },
});
const lab = resolve(positionals[0] ?? join(ROOT, ".cache/newest"));

/** The output of `npm view`; null if the registry does not have it. */
function view(spec: string, field: string): string | null {
  const args = ["view", spec, field, "--json"];
  const asked = spawnSync("npm", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return asked.status === 0 ? (str(parseJson(asked.stdout)) ?? null) : null;
}

/** The same pin with the newest version; adds to `newer` if there is one. */
function newestPacked(pin: Obj, newer: string[]): Obj {
  const name = str(pin.name) ?? "";
  const version = view(name, "version") ?? str(pin.version) ?? "";
  const integrity = view(`${name}@${version}`, "dist.integrity") ?? "";
  if (version !== pin.version) newer.push(`${name} ${String(pin.version)} → ${version}`);
  return { name, version, integrity };
}

/**
 * A package.json like the pinned one, with the newest versions, and a description of what is newer.
 */
function newestPins(): { pins: object; newer: string[] } {
  const pins = obj(parseJson(readFileSync(join(NATIVE, "package.json"), "utf8")));
  const newer: string[] = [];
  const dependencies = { ...obj(pins.dependencies) };
  for (const [name, version] of Object.entries(dependencies)) {
    const newest = view(name, "version");
    if (newest === null || newest === version) continue;
    newer.push(`${name} ${String(version)} → ${newest}`);
    dependencies[name] = newest;
  }
  const segue = Object.fromEntries(
    Object.entries(obj(pins.segue)).map(([short, pin]) => [short, newestPacked(obj(pin), newer)]),
  );
  return { pins: { ...pins, dependencies, segue }, newer };
}

/** Runs some of the native tests with the lab's versions: do all of them pass? */
function tried(word: string): boolean {
  console.log(`\n## ${word}`);
  const args = [join(NATIVE, "run.ts"), word, "--pins", lab];
  const env = {
    ...process.env,
    SEGUE_LAB_KEEP: join(lab, "recorded"),
    ...(word === "pairs" ? { SEGUE_LAB_PAIRS: values.hub } : {}),
  };
  return spawnSync(process.execPath, args, { env, stdio: "inherit" }).status === 0;
}

/** What Segue does not know in the recorded sessions, according to `segue check`. */
function newKinds(): string[] {
  const recorded = join(lab, "recorded");
  const files = existsSync(recorded) ? globSync("*/*.jsonl", { cwd: recorded }) : [];
  const found = files.flatMap((file) => {
    const agent = dirname(file);
    const args = [join(ROOT, "src/bin.ts"), "check", join(recorded, file), "--from", agent];
    const checked = spawnSync(process.execPath, [...args, "--json"], { encoding: "utf8" });
    return objs(obj(parseJson(checked.stdout)).unknown).map(({ what }) => `${agent}: ${what}`);
  });
  return [...new Set(found)].sort();
}

const { pins, newer } = newestPins();
console.log(newer.length === 0 ? "The pins are the newest." : `Newer:\n  ${newer.join("\n  ")}`);
if (newer.length > 0 || values.anyway) process.exitCode = tryAll() ? 0 : 1;

function tryAll(): boolean {
  rmSync(join(lab, "recorded"), { recursive: true, force: true });
  mkdirSync(lab, { recursive: true });
  writeFileSync(join(lab, "package.json"), `${JSON.stringify(pins, null, 2)}\n`);
  const broken = values.only.filter((word) => !tried(word));
  const kinds = newKinds();
  console.log(
    `\n${kinds.length === 0 ? "Nothing in their records is new." : `New:\n  ${kinds.join("\n  ")}`}`,
  );
  console.log(
    broken.length === 0 ? "Nothing breaks." : `It breaks: ${broken.join(", ")}; see above.`,
  );
  return broken.length === 0;
}
