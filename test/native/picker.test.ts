/** The picker in a real terminal, with agents that are scripts: no agent's CLI is needed. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fixture } from "../support/fixtures.ts";
import { PATIENCE_MS, timedOut } from "./process.ts";
import { BIN } from "./segue.ts";
import { Tui } from "./tmux.ts";

/** Tells what it was given, and what it finds the terminal to be. */
const AGENT = `#!${process.execPath}
const { readSync } = process.getBuiltinModule("node:fs");
const args = process.argv.slice(2);
if (args.includes("--version")) { console.log("9.9.9"); process.exit(); }
if (args.includes("app-server")) process.exit(1);
const { execFileSync } = process.getBuiltinModule("node:child_process");
const mode = execFileSync("stty", ["-a"], { encoding: "utf8", stdio: ["inherit", "pipe", "inherit"] });
console.log("AGENT " + process.argv[1].split("/").pop() + " " + JSON.stringify(args));
console.log("IN " + process.cwd());
console.log("LINES " + / icanon/.test(mode) + " ECHO " + / echo /.test(mode));
const bytes = Buffer.alloc(100);
console.log("TYPED " + bytes.subarray(0, readSync(0, bytes)).toString());
`;

interface Home {
  root: string;
  cwd: string;
  env: Record<string, string>;
  tui: Tui;
}

interface Given {
  columns?: number;
  rows?: number;
  env?: Record<string, string>;
  agents?: string[];
  prepare?(root: string, shop: string): void;
}

/** A shell in a terminal, on a machine with a session of three agents. */
async function withShell(given: Given, use: (home: Home) => Promise<void>): Promise<void> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "segue-picker-")));
  const cwd = join(root, "shop");
  for (const folder of ["shop", "bin", "tmp"]) mkdirSync(join(root, folder));
  for (const name of given.agents ?? ["claude", "codex", "pi"]) {
    writeFileSync(join(root, "bin", name), AGENT, { mode: 0o755 });
  }
  for (const name of ["claude-code/basic", "codex/basic", "pi/basic"]) install(root, name, cwd);
  given.prepare?.(root, cwd);
  const env = {
    PATH: [join(root, "bin"), dirname(process.execPath), "/usr/bin:/bin"].join(":"),
    HOME: root,
    SEGUE_HOME: join(root, ".segue"),
    TMPDIR: join(root, "tmp"),
    TMUX_TMPDIR: join(root, "tmp"),
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    PS1: "$ ",
    ...given.env,
  };
  const { columns = 80, rows = 24 } = given;
  const tui = Tui.start({ cwd, env }, ["bash", "--norc", "--noprofile"], { columns, rows });
  try {
    await tui.waitFor("$");
    await use({ root, cwd, env, tui });
  } finally {
    await tui.close();
    rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** A fixture as its agent had it, but in the folder `cwd`. */
function install(root: string, name: string, cwd: string): void {
  const { path } = fixture(name);
  const at = path.indexOf("/.", path.indexOf("/fixtures/"));
  cpSync(path.slice(0, at), root, { recursive: true });
  const copy = join(root, path.slice(at));
  writeFileSync(copy, readFileSync(copy, "utf8").replaceAll("/home/dev/shop", cwd));
}

/** Starts the picker, and waits for its first whole screen. */
async function open(tui: Tui): Promise<void> {
  tui.type(`${process.execPath} ${BIN}; echo "[exit $?]"`);
  tui.press("Enter");
  await shows(tui, /\d sessions/);
}

/** Waits for what is on the screen now, not for what has been there. */
async function shows(tui: Tui, wanted: RegExp): Promise<string> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const screen = tui.screen().replace(/ +$/gm, "");
    if (wanted.test(screen)) return screen;
    if (Date.now() > deadline) throw timedOut(`the screen did not show ${wanted}:\n${screen}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

test("filter, look, choose an agent, see what is lost, continue there", async () => {
  await withShell({ env: { NO_COLOR: "1" } }, async ({ tui, cwd }) => {
    await open(tui);
    const first = await shows(tui, /^first {3}MARK-USER-1/m);
    assert.match(first, /3 sessions/);
    assert.match(first, /^> \S+ +\S+ +\*shop +MARK-USER-1/m, "this project's are marked");
    assert.match(first, /^─{80}$/m, "two panes in 80 columns");
    tui.type("CODEX shop");
    const found = await shows(tui, /1 of 3/);
    assert.match(found, /^> codex /m);
    const looked = await shows(tui, /^changed: hello.txt, out.txt$/m);
    assert.match(looked, /^codex · 10 messages · 1k tokens · gpt-5.5/m);
    assert.match(looked, /^you {5}MARK-USER-2 again$/m);
    tui.press("Enter");
    const targets = await shows(tui, /Open in which agent\?/);
    assert.match(targets, /^> Codex +its own agent$/m);
    assert.match(targets, /^ {2}Claude Code$/m);
    assert.match(targets, /opens unchanged/);
    tui.press("Down");
    await shows(tui, /^> Claude Code/m);
    const losses = await shows(tui, /codex → claude-code: 10 messages/);
    assert.match(losses, /tool-foreign ×1/);
    tui.press("Enter");
    await shows(tui, /AGENT claude \["--resume","[0-9a-f-]{36}"\]/);
    tui.type("go on");
    tui.press("Enter");
    const after = await shows(tui, /TYPED go on/);
    assert.match(after.replaceAll("\n", ""), new RegExp(`IN ${cwd}LINES true ECHO true`));
  });
});

test("only agents that are installed are offered", async () => {
  await withShell({ agents: ["pi"] }, async ({ tui }) => {
    await open(tui);
    tui.type("codex");
    await shows(tui, /1 of 3/);
    tui.press("Enter");
    const targets = await shows(tui, /Open in which agent\?/);
    assert.match(targets, /^> Pi$/m);
    assert.doesNotMatch(targets, /Codex|Claude/);
  });
});

test("Esc goes back, step by step, and leaves the terminal as it was", async () => {
  await withShell({}, async ({ tui }) => {
    tui.type("echo BEFORE-1");
    tui.press("Enter");
    await open(tui);
    assert.doesNotMatch(tui.screen(), /BEFORE-1/);
    tui.type("codex");
    await shows(tui, /1 of 3/);
    tui.press("Enter");
    await shows(tui, /which agent/);
    tui.press("Escape");
    await shows(tui, /1 of 3/);
    tui.press("Escape");
    await shows(tui, /3 sessions/);
    tui.press("Escape");
    const after = await shows(tui, /\[exit 0\]/);
    assert.match(after, /BEFORE-1/);
    await usable(tui);
  });
});

for (const [what, exit, end] of [
  ["Ctrl-C", 130, (tui: Tui) => tui.press("C-c")],
  ["SIGTERM", 143, (tui: Tui) => tui.signal("SIGTERM")],
] as const) {
  test(`${what} leaves the terminal as it was, and exits with ${exit}`, async () => {
    await withShell({}, async ({ tui }) => {
      tui.type("echo BEFORE-1");
      tui.press("Enter");
      await open(tui);
      end(tui);
      const after = await shows(tui, new RegExp(`\\[exit ${exit}\\]`));
      assert.match(after, /BEFORE-1/);
      await usable(tui);
    });
  });
}

/** Echo, whole lines and wrapping are there again. */
async function usable(tui: Tui): Promise<void> {
  tui.type("stty -a | grep -o ' icanon\\| echo ' | xargs echo MODE; printf 'x%.0s' {1..100}; echo");
  tui.press("Enter");
  const screen = await shows(tui, /MODE icanon echo/);
  assert.match(screen, /MODE icanon echo/);
  await shows(tui, /^x{80}\n?x{20}$/m);
}

test("another size: it is laid out anew, also beside each other, also with hardly any room", async () => {
  await withShell({}, async ({ tui }) => {
    await open(tui);
    await shows(tui, /^first/m);
    tui.resize(140, 40);
    await shows(tui, /^> \S+ .* │ MARK-USER-1/m);
    tui.resize(40, 7);
    const small = await shows(tui, /^> \S+ .*…$/m);
    assert.doesNotMatch(small, /│|^first/m);
    tui.resize(16, 3);
    await shows(tui, /^this terminal i…$/m);
    tui.resize(80, 24);
    await shows(tui, /^first/m);
  });
});

test("titles that would move the cursor, and wide letters, break nothing", async () => {
  const title =
    "\u001b[2J\u001b[5;5HEVIL\u001b]0;owned\u0007 日本語日本語日本語日本語日本語 👩‍👩‍👧 \u202eback";
  const prepare = (root: string, shop: string): void => {
    const folder = join(root, ".claude/projects/-odd");
    mkdirSync(folder, { recursive: true });
    const id = "5bc11129-0000-4369-9607-043d5c33041d";
    const text = readFileSync(fixture("claude-code/basic").path, "utf8")
      .replaceAll("/home/dev/shop", shop)
      .replaceAll("5bc11129-2190-4369-9607-043d5c33041d", id);
    const titled = { type: "custom-title", customTitle: title, sessionId: id };
    writeFileSync(join(folder, `${id}.jsonl`), `${text}${JSON.stringify(titled)}\n`);
    const later = Date.now() / 1000 + 60;
    utimesSync(join(folder, `${id}.jsonl`), later, later);
  };
  await withShell({ prepare }, async ({ tui }) => {
    await open(tui);
    const screen = await shows(tui, /^first/m);
    const lines = screen.split("\n");
    assert.match(lines[0] ?? "", /^segue> +4 sessions$/);
    assert.match(lines[2] ?? "", /^> \S+ +\S+ +\*shop +MARK/);
    const evil = /^ {2}claude-code +\S+ +\*shop +\ufffd\[2J\ufffd\[5;5HEVIL/;
    assert.equal(lines.filter((line) => evil.test(line)).length, 1, screen);
    assert.match(lines[23] ?? "", /^enter open/);
  });
});

test("what is pasted is searched for, line ends and all, and opens nothing", async () => {
  await withShell({}, async ({ tui }) => {
    await open(tui);
    tui.paste("codex\nshop\n");
    const screen = await shows(tui, /segue> codex shop +1 of 3/);
    assert.match(screen, /^> codex /m);
  });
});

test("arrow keys, pages and the ends of a long list", async () => {
  const prepare = (root: string, shop: string): void => {
    const folder = join(root, ".claude/projects/-many");
    mkdirSync(folder, { recursive: true });
    const text = readFileSync(fixture("claude-code/basic").path, "utf8");
    for (let i = 0; i < 600; i++) {
      const id = `5bc11129-0000-4369-9607-${String(i).padStart(12, "0")}`;
      const path = join(folder, `${id}.jsonl`);
      const own = text.replaceAll("5bc11129-2190-4369-9607-043d5c33041d", id);
      writeFileSync(path, own.replaceAll("/home/dev/shop", `${shop}${i}`));
      const time = Date.now() / 1000 - 1000 - i;
      utimesSync(path, time, time);
    }
  };
  await withShell({ prepare }, async ({ tui }) => {
    await open(tui);
    await shows(tui, /603 sessions/);
    tui.press("End");
    await shows(tui, /^> claude-code .* shop599 /m);
    tui.press("Up");
    await shows(tui, /^> claude-code .* shop598 /m);
    tui.press("PageUp", "Down", "PageDown");
    await shows(tui, /^> claude-code .* shop599 /m);
    tui.type("shop417");
    await shows(tui, /1 of 603/);
    await shows(tui, /^> claude-code .* shop417 /m);
    tui.press("C-u", "Home");
    await shows(tui, /^> \S+ .*\*shop /m);
  });
});

test("search the full text, copy the id, write a handoff, export", async () => {
  await withShell({ env: { NO_COLOR: "1" } }, async ({ tui, cwd }) => {
    await open(tui);
    tui.press("C-s");
    tui.type("RESUMED-OK agent:codex");
    await shows(tui, /^full text> .* 1 of 3$/m);
    const found = await shows(tui, /^> codex /m);
    assert.match(found, /^\[\d+\] +RESUMED-OK$/m);
    tui.press("C-y");
    await shows(tui, /^copied 01a1fc2e-/m);
    assert.match(tui.clipboard(), /^01a1fc2e-[0-9a-f-]{27}$/);
    tui.press("C-o");
    await shows(tui, /^> handoff-01a1fc2e\.md$/m);
    tui.press("Enter");
    await shows(tui, /tokens of \d+: \S+handoff-01a1fc2e\.md$/m);
    assert.match(readFileSync(join(cwd, "handoff-01a1fc2e.md"), "utf8"), /MARK-USER-1/);
    tui.press("C-e", "Enter");
    await shows(tui, /^1 written, 0 unchanged: \S+segue-sessions$/m);
    tui.press("Escape");
    await shows(tui, /type to search$/m);
    tui.press("Escape");
    await shows(tui, /^segue> +3 sessions$/m);
  });
});

test("matches are chosen in the picker, and read in the pager from the first one on", async () => {
  await withShell({ env: { NO_COLOR: "1", LESS: "FRX" } }, async ({ tui }) => {
    tui.type(`${process.execPath} ${BIN} search RESUMED-OK agent:codex --pick; echo "[exit $?]"`);
    tui.press("Enter");
    await shows(tui, /^full text> RESUMED-OK agent:codex .* 1 of 3$/m);
    await shows(tui, /^> codex /m);
    tui.press("C-t");
    const read = await shows(tui, /^RESUMED-OK$/m);
    assert.doesNotMatch(read, /full text>|MARK-USER-1 list.*\n.*MARK-USER-1/);
    assert.match(read, /^\[28\] assistant/m);
    tui.press("C-c");
    // less forgets the keys that came before it heeds the interrupt.
    await tui.pressUntil("q", /^full text> RESUMED-OK/m);
    tui.press("Enter");
    await shows(tui, /which agent/);
    tui.press("Escape");
    await shows(tui, /^full text> RESUMED-OK/m);
    tui.press("C-c");
    await shows(tui, /\[exit 130\]/);
    await usable(tui);
  });
});

test("search shows matches in the pager, and how to open one", async () => {
  await withShell({ env: { NO_COLOR: "1" } }, async ({ tui }) => {
    tui.type(`clear; ${process.execPath} ${BIN} search RESUMED-OK agent:codex`);
    tui.press("Enter");
    const found = await shows(tui, /^to read on from a match: segue show 01a1fc2e --range 28-$/m);
    assert.match(found, /^codex 01a1fc2e · \d{4}-\d\d-\d\d · ~\/shop\n {2}\[28\] RESUMED-OK$/m);
  });
});

test("long reading leaves nothing of its progress on the screen", async () => {
  const prepare = (_: string, shop: string): void => {
    const time = "2026-11-21T08:00:00.000Z";
    const head = { type: "session", version: 3, id: "01a1fc28-078c-74e9-80e0-000000000001" };
    const message = { role: "user", content: `walrus ${"x ".repeat(5000)}` };
    const line = { type: "message", id: "1", parentId: null, timestamp: time, message };
    const path = join(shop, "long.jsonl");
    writeFileSync(path, `${JSON.stringify({ ...head, timestamp: time, cwd: shop })}\n`);
    const piece = `${JSON.stringify(line)}\n`.repeat(1000);
    for (let i = 0; i < 40; i++) appendFileSync(path, piece);
  };
  await withShell({ prepare, env: { NO_COLOR: "1" } }, async ({ tui }) => {
    tui.type(`clear; ${process.execPath} ${BIN} info long.jsonl`);
    tui.press("Enter");
    // Progress is shown after a second: whether it is seen here depends on how fast the machine is.
    const card = await shows(tui, /^title +walrus/m);
    assert.doesNotMatch(card, /reading …/);
  });
});

test("the list and the log tell what matters at 40 columns, whatever ids and titles are", async () => {
  const prepare = (root: string, shop: string): void => {
    const folder = join(root, ".pi/agent/sessions/--odd--");
    mkdirSync(folder, { recursive: true });
    for (const n of [1, 2]) {
      const timestamp = new Date(Date.now() - 6e4 * n).toISOString();
      const head = {
        type: "session",
        version: 3,
        id: `${"a".repeat(120)}${n}`,
        timestamp,
        cwd: shop,
      };
      const content = "नमस्ते दुनिया को ठीक करो और परीक्षण चलाओ कृपया अभी";
      const message = { type: "message", id: "1", parentId: null, timestamp };
      const lines = [head, { ...message, message: { role: "user", content } }];
      const path = join(folder, `2026_${"a".repeat(120)}${n}.jsonl`);
      writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    }
  };
  const small = { columns: 40, rows: 16, env: { NO_COLOR: "1" } };
  await withShell({ ...small, prepare }, async ({ tui, cwd }) => {
    tui.type(`s() { ${process.execPath} ${BIN} "$@"; }`);
    tui.press("Enter");
    tui.type(`clear; s resume codex#1 --in pi --no-launch --cwd ${cwd} >/dev/null 2>&1; echo DONE`);
    tui.press("Enter");
    await shows(tui, /^DONE$/m);
    tui.type("clear; s list; s log; echo END");
    tui.press("Enter");
    const screen = await shows(tui, /^END$/m);
    const lines = screen.split("\n");
    assert.match(screen, /^pi +नमस्ते .*… +aaaaaaaaaaaa…$/m, "a long id leaves room for the title");
    assert.match(screen, /^1 {2}codex → pi · now · create$/m);
    assert.match(screen, /^ {3}MARK-USER-1 list, read/m);
    assert.equal(lines.indexOf("END"), 1 + 6 + 2, screen);
  });
});

test("the choice is remembered, the conversation is folded, and undo takes it back", async () => {
  await withShell({ env: { NO_COLOR: "1" } }, async ({ tui }) => {
    await open(tui);
    tui.type("codex");
    await shows(tui, /1 of 3/);
    tui.press("Enter");
    await shows(tui, /^> Codex/m);
    tui.press("Down", "Down");
    await shows(tui, /^> Pi/m);
    tui.press("Enter");
    await shows(tui, /AGENT pi /);
    tui.press("Enter");
    await shows(tui, /\[exit 0\]/);
    await open(tui);
    await shows(tui, /4 sessions/);
    tui.type("codex ");
    await shows(tui, /^> codex /m);
    tui.press("Enter");
    await shows(tui, /^> Pi/m);
    tui.press("Escape");
    await shows(tui, /^segue> codex/m);
    tui.press("C-u");
    const folded = await shows(tui, /▸ .*MARK-USER-1/);
    assert.doesNotMatch(folded, /^..codex/m);
    tui.press("C-z");
    await shows(tui, /^Undo the last write\?/m);
    tui.press("Enter");
    await shows(tui, /^undone: create /m);
    const undone = await shows(tui, /3 sessions/);
    assert.match(undone, /^..codex/m);
  });
});

test("without agents there are the document and how to install one; without sessions, where they would be", async () => {
  await withShell({ agents: [] }, async ({ tui, root }) => {
    await open(tui);
    tui.press("Enter");
    const choices = await shows(tui, /no agent is installed/);
    assert.match(choices, /^> Handoff/m);
    assert.match(choices, /npm install -g @openai\/codex/);
    tui.press("C-c");
    await shows(tui, /\[exit 130\]/);
    for (const folder of [".claude", ".codex", ".pi"]) {
      rmSync(join(root, folder), { recursive: true });
    }
    await open(tui);
    await shows(tui, /^Codex +~\/\.codex/m);
  });
});
