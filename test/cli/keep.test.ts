/** `segue keep`, `restore` and `forget`. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { readKept } from "../../src/keep/manifest.ts";
import { databaseOf, RESUME } from "../support/faults/store-cases.ts";
import { fixture, fixtures } from "../support/fixtures.ts";
import { known, sha256, temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";

const root = temporaryFolder();
const PI = fixture("pi/basic");
const SUBAGENT = known(
  fixtures.find(
    ({ name }) => name.startsWith("claude-code/subagent/") && !name.includes("/subagents/"),
  ),
);

function machine(): Machine {
  return new Machine(mkdtempSync(join(root, "keep-")));
}

async function ok(m: Machine, ...args: string[]): Promise<string> {
  const { code, out, err } = await m.run(args);
  assert.equal(code, 0, `${args.join(" ")}: ${err}`);
  return out;
}

async function kept(m: Machine, ...args: string[]) {
  return JSON.parse(await ok(m, "keep", "--json", ...args));
}

/** Files below a folder, by name, with content, time and permissions. */
function filesIn(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      const { mtimeMs, mode } = statSync(path);
      return [path.slice(folder.length), `${sha256(path)} ${Math.round(mtimeMs)} ${mode}`];
    }),
  );
}

function archived(m: Machine, ending: string): string[] {
  const all = readdirSync(m.at(".segue/archive"), { recursive: true, encoding: "utf8" });
  return all.filter((name) => name.endsWith(ending)).map((name) => m.at(".segue/archive", name));
}

describe("segue keep", () => {
  it("keeps a session with its subagents, which comes back as it was", async () => {
    const m = machine();
    m.install(SUBAGENT);
    const before = filesIn(m.at(".claude/projects"));
    assert.ok(before.size > 1);
    const first = await kept(m);
    assert.deepEqual([first.kept, first.changed, first.failed], [1, 0, 0]);
    const again = await kept(m);
    assert.deepEqual([again.unchanged, again.read, again.written], [1, 0, 0]);
    rmSync(m.at(".claude/projects"), { recursive: true });
    await ok(m, "restore", "claude#1");
    assert.deepEqual(filesIn(m.at(".claude/projects")), before);
    const { out } = await m.run(["log"]);
    assert.match(out, /claude/i);
    await ok(m, "undo");
    assert.ok(
      !existsSync(m.at(".claude/projects")) || filesIn(m.at(".claude/projects")).size === 0,
    );
    await ok(m, "restore", "latest", "-o", m.at("out"));
    assert.deepEqual(filesIn(m.at("out")), before);
  });

  it("is private to the user", async () => {
    const m = machine();
    m.install(PI);
    await ok(m, "keep");
    const all = readdirSync(m.at(".segue/archive"), { recursive: true, withFileTypes: true });
    for (const entry of all) {
      const { mode } = statSync(join(entry.parentPath, entry.name));
      assert.equal(mode & 0o777, entry.isDirectory() ? 0o700 : 0o600, entry.name);
    }
  });

  it("keeps what was added, and what an agent took away", async () => {
    const m = machine();
    m.install(PI);
    await ok(m, "keep");
    const path = m.at(PI.path.slice(PI.path.indexOf("/.pi") + 1));
    const text = readFileSync(path, "utf8");
    appendFileSync(path, `${text.trimEnd().split("\n").at(-1)}\n`);
    const grown = sha256(path);
    const { changed } = await kept(m);
    assert.equal(changed, 1);
    truncateSync(path, 100);
    await ok(m, "keep");
    const versions = archived(m, ".1.json");
    assert.equal(versions.length, 1);
    const manifest = known(readKept(readFileSync(known(versions[0]), "utf8")));
    assert.equal(manifest.files[0]?.sha256, grown);
    assert.match(await ok(m, "keep", "--verify"), /all intact/);
  });

  it("keeps rows of a database, which come back to it", async () => {
    const m = machine();
    m.install(PI);
    databaseOf(m, "opencode");
    await ok(m, "resume", "pi#1", "--in", "opencode", ...RESUME);
    const shown = await ok(m, "show", "opencode#1", "--raw");
    await ok(m, "keep", "--agent", "opencode");
    await ok(m, "undo");
    assert.equal((await m.run(["show", "opencode#1", "--raw"])).code, 3);
    await ok(m, "restore", "opencode#1", "-o", m.at("out"));
    const [name = ""] = readdirSync(m.at("out"));
    assert.equal(readFileSync(m.at("out", name), "utf8"), shown);
    await ok(m, "restore", "opencode#1");
    assert.equal(await ok(m, "show", "opencode#1", "--raw"), shown);
    await ok(m, "undo");
    assert.equal((await m.run(["show", "opencode#1", "--raw"])).code, 3);
  });

  it("can be read with zstd and jq alone, as docs/archive.md says", async (t) => {
    if (spawnSync("zstd", ["--version"]).error || spawnSync("jq", ["--version"]).error) {
      t.skip("zstd and jq are not installed");
      return;
    }
    const m = machine();
    m.install(PI);
    await ok(m, "keep");
    const docs = readFileSync(join(import.meta.dirname, "../../docs/archive.md"), "utf8");
    const [, script = ""] = /```sh\n([\s\S]*?)```/.exec(docs) ?? [];
    assert.match(script, /zstd/);
    const [manifest = ""] = archived(m, ".json");
    const [folder = ""] = manifest.split("/sessions/");
    const name = manifest.slice(folder.length + 1);
    const out = execFileSync("sh", ["-c", script.replaceAll("sessions/AGENT/NAME.json", name)], {
      cwd: folder,
    });
    assert.equal(out.length, 0);
    assert.ok(readFileSync(join(folder, "session")).equals(readFileSync(PI.path)));
  });

  it("names what is damaged, and mends it from the store", async () => {
    const m = machine();
    m.install(PI);
    m.install(SUBAGENT);
    await ok(m, "keep");
    const [object = ""] = archived(m, ".zst");
    writeFileSync(object, readFileSync(object).subarray(0, -3));
    const [manifest = ""] = archived(m, ".json").filter((path) => path.includes("/pi/"));
    const intact = readFileSync(manifest);
    writeFileSync(manifest, intact.subarray(0, 50));
    const { code, err } = await m.run(["keep", "--verify"]);
    assert.equal(code, 1);
    assert.ok(err.includes(manifest), err);
    await ok(m, "keep");
    assert.match(await ok(m, "keep", "--verify"), /all intact/);
  });

  it("refuses to restore over something else, and to keep in a store", async () => {
    const m = machine();
    m.install(PI);
    await ok(m, "keep");
    const path = m.at(PI.path.slice(PI.path.indexOf("/.pi") + 1));
    await ok(m, "restore", "pi#1");
    writeFileSync(path, "{}\n");
    const { code, err } = await m.run(["restore", "pi#1"]);
    assert.equal(code, 4, err);
    assert.equal(readFileSync(path, "utf8"), "{}\n");
    const env = { SEGUE_ARCHIVE_PATH: m.at(".pi/agent/sessions/archive") };
    assert.equal((await m.run(["keep"], { env })).code, 4);
  });

  it("shares a folder with other machines", async () => {
    const shared = join(root, "shared");
    const env = { SEGUE_ARCHIVE_PATH: shared };
    const [a, b] = [machine(), machine()];
    a.install(PI);
    b.install(SUBAGENT);
    for (const m of [a, b]) assert.equal((await m.run(["keep"], { env })).code, 0);
    const { code, err } = await b.run(["restore", "pi#1", "-o", b.at("out")], { env });
    assert.equal(code, 0, err);
    const found = [...filesIn(b.at("out")).values()].map((one) => one.split(" ")[0]);
    assert.deepEqual(found, [sha256(PI.path)]);
  });
});

describe("segue forget", () => {
  it("removes a session, and nothing that another needs", async () => {
    const m = machine();
    m.install(PI);
    m.install(SUBAGENT);
    await ok(m, "keep");
    const before = archived(m, ".zst").length;
    await ok(m, "forget", "pi#1");
    assert.ok(archived(m, ".zst").length < before);
    assert.equal((await m.run(["restore", "pi#1"])).code, 3);
    assert.match(await ok(m, "keep", "--verify"), /all intact/);
    await ok(m, "restore", "claude#1", "-o", m.at("out"));
  });
});
