/** What stands where a file is expected, and is none: pipes, devices, links out of a store. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fixture } from "../support/fixtures.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import { Machine } from "../support/segue.ts";

const root = temporaryFolder();
const PI = fixture("pi/basic");
const SECRET = "root:x:0:0 SECRET-OF-ANOTHER-FILE";

function machine(): Machine {
  const m = new Machine(mkdtempSync(join(root, "home-")));
  m.install(PI);
  return m;
}

function pipe(path: string): void {
  rmSync(path, { force: true, recursive: true });
  mkdirSync(dirname(path), { recursive: true });
  execFileSync("mkfifo", [path]);
}

/** Where a store or Segue keeps something beside the sessions. */
const BESIDE = [
  ".codex/session_index.jsonl",
  ".codex/sessions/2026/01/01/rollout-2026-01-01T00-00-00-01a1fc2e-c448-7ca3-bf6d-7fcf91bb41ee.jsonl",
  ".gemini/projects.json",
  ".gemini/tmp/x/chats/session-2026-01-01T00-00-abcdef01.jsonl",
  ".claude/projects/-x/5bc11129-2190-4369-9607-043d5c33041d.jsonl",
  ".pi/agent/settings.json",
  ".pi/agent/sessions/--x--/a.jsonl",
  ".copilot/session-state/x/events.jsonl",
  ".copilot/session-state/x/workspace.yaml",
  ".local/share/opencode/opencode.db",
  ".config/opencode/opencode.json",
];

describe("a pipe that nobody writes to", () => {
  for (const path of ["a.jsonl", "session-x.json", "a.jsonl.zst"]) {
    it(`given as ${path}: refused at once`, async () => {
      const m = machine();
      pipe(m.at(path));
      for (const args of [["show"], ["check"], ["convert", "--to", "codex"], ["handoff"]]) {
        const { code, err } = await m.run([...args, m.at(path)]);
        assert.equal(code, 5, err);
        assert.match(err, /this is a pipe, not a file/);
      }
    });
  }

  for (const path of BESIDE) {
    it(`in place of ${path}: the other sessions are listed`, async () => {
      const m = machine();
      pipe(m.at(path));
      const { code, out, err } = await m.run(["list", "--all", "--json"]);
      assert.equal(code, 0, err);
      assert.equal(JSON.parse(out).sessions.length, 1);
    });
  }

  it("in place of the catalogue: it is made anew", async () => {
    const m = machine();
    await m.run(["list", "--all"]);
    const names = readdirSync(m.home, { recursive: true, encoding: "utf8" });
    const name = known(names.find((one) => /catalog-\d+\.sqlite$/.test(one)));
    pipe(m.at(name));
    const { code, out } = await m.run(["list", "--all", "--json"]);
    assert.equal(code, 0);
    assert.equal(JSON.parse(out).sessions.length, 1);
  });

  for (const [path, command] of [
    [".segue/journal.jsonl", "log"],
    [".segue/config.yml", "list"],
  ] as const) {
    it(`in place of ${path}: said`, async () => {
      const m = machine();
      pipe(m.at(path));
      const { code, err } = await m.run([command]);
      assert.notEqual(code, 0);
      assert.match(err, /this is a pipe, not a file/);
    });
  }

  it("beside a converted file, as its carry: left aside", async () => {
    const m = machine();
    const source = m.copy(PI, "a.jsonl");
    await m.run(["convert", source, "--to", "codex", "-o", m.at("b.jsonl"), "--quiet"]);
    pipe(m.at("b.jsonl.segue"));
    const { code, err } = await m.run(["convert", m.at("b.jsonl"), "--to", "pi", "--quiet"]);
    assert.ok(code === 0 || code === 5, err);
  });
});

describe("a device", () => {
  for (const device of ["/dev/zero", "/dev/tty"]) {
    it(`${device} as a project's settings: refused at once`, async () => {
      const m = machine();
      symlinkSync(device, m.at(".segue.yml"));
      const { code, err } = await m.run(["list", "--all"]);
      assert.notEqual(code, 0);
      assert.match(err, /this is a device, not a file|no such device/);
    });
  }

  it("given as a session: refused at once", async () => {
    const { code, err } = await machine().run(["show", "/dev/zero"]);
    assert.equal(code, 5, err);
  });
});

describe("links in a store", () => {
  it("out of it are named, and nothing of what they lead to is taken for a session", async () => {
    const m = machine();
    const other = m.at("passwd");
    writeFileSync(other, `${SECRET}\n`);
    const places = [
      ".claude/projects/-home-dev-shop/5bc11129-2190-4369-9607-043d5c33041d.jsonl",
      ".codex/sessions/2026/01/01/rollout-2026-01-01T00-00-00-01a1fc2e-c448-7ca3-bf6d-7fcf91bb41ee.jsonl",
      ".pi/agent/sessions/--home-dev-shop--/2026-01-01T00-00-00-000Z_5bc11129-2190-4369-9607-043d5c33041d.jsonl",
    ];
    places.push(".copilot/session-state/0b5e3f7a-0000-4000-8000-000000000001/events.jsonl");
    for (const place of places) {
      mkdirSync(dirname(m.at(place)), { recursive: true });
      symlinkSync(other, m.at(place));
    }
    assert.equal((await m.run(["dump", m.at("out")])).code, 0);
    for (const name of readdirSync(m.at("out"), { recursive: true, encoding: "utf8" })) {
      if (/\.(jsonl|md|json)$/.test(name)) {
        assert.doesNotMatch(readFileSync(m.at("out", name), "utf8"), /SECRET-OF-ANOTHER-FILE/);
      }
    }
    const { out } = await m.run(["doctor", "--json"]);
    assert.match(out, /a link points outside the store/);
  });

  it("out of it are followed where the user's own settings say so, into folders too", async () => {
    const m = machine();
    mkdirSync(m.at("elsewhere"));
    for (const name of readdirSync(m.at(".pi/agent/sessions"))) {
      execFileSync("mv", [m.at(".pi/agent/sessions", name), m.at("elsewhere", name)]);
      symlinkSync(m.at("elsewhere", name), m.at(".pi/agent/sessions", name));
    }
    symlinkSync(m.at(".pi"), m.at("elsewhere/loop"));
    const count = async (env = {}) => {
      const { out, err } = await m.run(["list", "--all", "--json"], { env });
      return out === "" ? err : JSON.parse(out).sessions.length;
    };
    assert.equal(await count(), 0);
    assert.equal(await count({ SEGUE_LINKS: "follow" }), 1);
    // A project's file comes with the project: it does not open the machine.
    writeFileSync(m.at(".segue.yml"), "links: follow\n");
    assert.match(await count(), /^segue: a project/);
  });

  it("of which the store itself is one are followed", async () => {
    const m = machine();
    mkdirSync(m.at("elsewhere"));
    execFileSync("mv", [m.at(".pi"), m.at("elsewhere/pi")]);
    symlinkSync(m.at("elsewhere/pi"), m.at(".pi"));
    const { out } = await m.run(["list", "--all", "--json"]);
    assert.equal(JSON.parse(out).sessions.length, 1);
  });
});
