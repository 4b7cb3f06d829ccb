/**
 * A session of 1 GB (`npm run soak -- --large`), and 20,000 sessions (`--many`): that all goes as with
 * small ones, and how much time and memory it takes.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { generate } from "../../bench/generate.ts";
import { fixture } from "../support/fixtures.ts";
import { Machine } from "../support/segue.ts";

/** Far less than the session: it is read in pieces. */
const MOST_RSS_MB = 1000;

interface Measured {
  what: string;
  seconds: number;
  rssMb: number;
}

/** Pairs that it goes through, and home again. */
const PAIRS = [
  ["claude-code", "codex"],
  ["codex", "pi"],
] as const;

/** Gives 0, or throws. */
export async function soakLarge(megabytes = 1000): Promise<number> {
  return withFolder(async (m) => {
    for (const [agent, other] of PAIRS) {
      const source = generate(agent, megabytes);
      const [there, home] = [m.at("there.jsonl"), m.at("home.jsonl")];
      const out = await runs(m, ["convert", source, "--to", other, "-o", there]);
      told([out]);
      const back = await runs(m, ["convert", there, "--to", agent, "-o", home]);
      told([back]);
      const sums = await Promise.all([sumOf(home), sumOf(source)]);
      assert.equal(sums[0], sums[1], `not the same bytes by way of ${other}`);
      for (const one of [out, back]) assert.ok(one.rssMb < MOST_RSS_MB, `${one.rssMb} MB`);
      for (const path of [there, home]) {
        for (const each of [path, `${path}.segue`]) rmSync(each, { force: true });
      }
      rmSync(source);
    }
  });
}

/** Gives 0, or throws. */
export async function soakMany(count = 20_000): Promise<number> {
  return withFolder(async (m) => {
    const pi = fixture("pi/basic");
    const text = readFileSync(pi.path, "utf8");
    const name = pi.path.slice(pi.path.indexOf("/.pi") + 1);
    const [, id] = /_([0-9a-f-]{36})\.jsonl$/.exec(name) ?? [];
    assert.ok(id !== undefined);
    mkdirSync(dirname(m.at(name)), { recursive: true });
    for (let n = 0; n < count; n++) {
      const own = `${n.toString(16).padStart(8, "0")}${id.slice(8)}`;
      writeFileSync(m.at(name.replace(id, own)), text.replaceAll(id, own));
    }
    const dump = ["dump", m.at("dump"), "--quiet"];
    const all = [
      await runs(m, ["list", "--all", "--json", "-n", String(count)], (out) => {
        assert.equal(JSON.parse(out).sessions.length, count);
      }),
      await runs(m, ["list", "--all"]),
      await runs(m, ["scan"]),
      await runs(m, ["search", "MARK-USER-1"]),
      await runs(m, dump),
      await runs(m, dump),
      await runs(m, ["doctor"], () => {}, [0, 1]),
    ];
    told(all);
    for (const one of all) assert.ok(one.rssMb < MOST_RSS_MB, `${one.what}: ${one.rssMb} MB`);
  });
}

async function withFolder(work: (m: Machine) => Promise<void>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "segue-scale-"));
  try {
    await work(new Machine(folder));
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Time and memory of a command. */
async function runs(
  m: Machine,
  args: string[],
  look: (out: string) => void = () => {},
  codes: readonly number[] = [0],
): Promise<Measured> {
  const hook = m.at(".measure.mjs");
  writeFileSync(
    hook,
    `import { isMainThread } from "node:worker_threads";
     if (isMainThread) process.on("exit", () => process.stderr.write(
       "\\nrss " + Math.round(process.resourceUsage().maxRSS / 1024) + "\\n"));`,
  );
  const begun = performance.now();
  const { code, out, err } = await m.run(args, { env: { NODE_OPTIONS: `--import=${hook}` } });
  assert.ok(code !== null && codes.includes(code), err);
  look(out);
  const seconds = Math.round((performance.now() - begun) / 100) / 10;
  const [, rss] = /^rss (\d+)$/m.exec(err) ?? [];
  const what = args.map((word) => word.replace(`${m.home}/`, "")).join(" ");
  return { what, seconds, rssMb: Number(rss) };
}

function told(all: readonly Measured[]): void {
  for (const { what, seconds, rssMb } of all) console.log(`${what}: ${seconds} s, ${rssMb} MB`);
}

async function sumOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
