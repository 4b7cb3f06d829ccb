/** Pages that a browser may be shown, names that every system takes. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { contentsPage } from "../../../src/dump/contents.ts";
import { htmlPage } from "../../../src/dump/html.ts";
import { nameFor, pageName, partName } from "../../../src/dump/names.ts";
import { markdownPage, type Page } from "../../../src/dump/pages.ts";
import { emptyHeader } from "../../../src/session/header.ts";
import type { Entry, Part } from "../../../src/session/types.ts";

const EVIL = `</pre></div></details><script>alert(1)</script><img src=x onerror="alert(1)">&'"\u202e\u001b[31m`;

function said(...parts: Part[]): Entry {
  return { kind: "message", id: "1", parentId: null, time: EVIL, role: "assistant", parts };
}

const ENTRIES: Entry[] = [
  said({ kind: "text", text: EVIL }),
  said({ kind: "reasoning", text: EVIL }),
  said({ kind: "tool-call", callId: "c", name: EVIL, input: { [EVIL]: EVIL }, use: null }),
  said({
    kind: "tool-result",
    callId: "c",
    isError: true,
    content: [{ kind: "text", text: EVIL }],
  }),
  said({ kind: "file", name: EVIL, mediaType: EVIL, data: "" }),
  said({ kind: "image", mediaType: EVIL, data: EVIL }),
  said({ kind: "image", mediaType: "image/png", data: '"><script>' }),
  said({ kind: "image", mediaType: "image/svg+xml", data: "PHN2Zz4=" }),
  { kind: "event", id: "2", parentId: null, time: null, event: "compaction", summary: EVIL },
];
const HEADER = { ...emptyHeader(EVIL), id: EVIL, title: EVIL, cwd: EVIL, model: EVIL };

const whole = (page: Page, entries = ENTRIES) =>
  page.head(HEADER) + entries.map((entry) => page.entry(entry)).join("") + page.tail();

describe("an HTML page", () => {
  const html = whole(htmlPage());
  it("holds no markup but its own", () => {
    const own =
      /^(?:!doctype html|html lang="en"|\/?html|meta [^<>]*|\/?title|\/?style|\/?h1|\/?h2|\/?time|\/?dl|dt|dd|div class="text"|\/div|details(?: class="failed")?|\/details|\/?summary|\/?code|\/?pre|\/?p|section class="(?:user|assistant|tool|event)"|\/section|label class="all"|\/label|input type="checkbox" id="all")$/;
    for (const [, tag = ""] of html.matchAll(/<([^>]*)>/g)) assert.match(tag, own);
    assert.equal([...html.matchAll(/<details/g)].length, [...html.matchAll(/<\/details>/g)].length);
  });
  it("loads nothing, and holds no control characters", () => {
    assert.match(html, /default-src 'none'/);
    assert.doesNotMatch(html, /https?:/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    assert.doesNotMatch(html, /[\u0000-\u0008\u000b-\u001f\u202e]/);
  });
  it("shows images that are images", () => {
    const image: Part = { kind: "image", mediaType: "image/png", data: "iVBORw0KGgo=" };
    assert.match(
      whole(htmlPage(), [said(image)]),
      /<img alt="" src="data:image\/png;base64,iVBORw0KGgo=">/,
    );
  });
});

describe("a Markdown page", () => {
  it("lets no text out of its fence, nor a fence out of its message", () => {
    const page = whole(markdownPage(), [
      said({ kind: "tool-call", callId: "c", name: "x", input: "```\n# out\n````\n", use: null }),
      said({ kind: "text", text: "see:\n```js\nlet a" }),
      said({ kind: "text", text: "after" }),
    ]);
    assert.match(page, /`````text\n```\n# out\n````\n`````\n/);
    assert.match(page, /```js\nlet a\n```\n/);
  });
  it("has one line of title", () => {
    const page = markdownPage().head({ ...HEADER, title: "a\n# b <script>" });
    assert.match(page, /^# a \\# b \\<script\\>\n/);
  });
});

describe("a name for a session's file", () => {
  const free = () => true;
  it("is its id, where that is fit for it", () => {
    for (const id of ["01a1fc0f-ee9c-7edd-abed-4b5c4c4ce046", "ses_abc.1"]) {
      assert.equal(nameFor(id, "/p", free), id);
    }
  });
  const odd = [
    "",
    ".",
    "..",
    "../../x",
    "a/b",
    "a\\b",
    "CON",
    "nul.x",
    "a:b",
    "A",
    "a.",
    " a",
    "ä".repeat(200),
    "a".repeat(300),
    "a\0b",
  ];
  for (const id of odd) {
    it(`is safe for ${JSON.stringify(id.slice(0, 12))}`, () => {
      const name = nameFor(id, "/p", free);
      assert.match(name, /^[a-z0-9_][a-z0-9._-]*-[0-9a-f]{8}$/);
      assert.ok(name.length < 120 && !name.includes(".."), name);
    });
  }
  it("is another for each of two that differ only in case, or are taken", () => {
    assert.notEqual(nameFor("ses_aB", "/p", free), nameFor("ses_Ab", "/p", free));
    assert.notEqual(
      nameFor("a", "/p", () => false),
      nameFor("a", "/q", () => false),
    );
    assert.equal(partName("agent-1.jsonl"), "agent-1.jsonl");
    assert.equal(partName("con"), "_con");
  });
});

describe("an HTML page's form", () => {
  it("shows times as people write them, and calls with what they are about", () => {
    const use = { tool: "execute", command: "npm test\nnpm run build" } as const;
    const call: Part = { kind: "tool-call", callId: "c", name: "Bash", input: {}, use };
    const entry: Entry = { ...said(call), time: "2026-11-21T03:04:05.000Z" };
    const html = whole(htmlPage(), [entry]);
    assert.ok(
      html.includes('<time datetime="2026-11-21T03:04:05.000Z">21 Nov 2026, 03:04 UTC</time>'),
    );
    assert.ok(html.includes("<summary>Bash <code>npm test</code></summary>"));
    assert.ok(html.includes('<section class="assistant">'));
  });
});

describe("the page that lists the others", () => {
  const page = contentsPage([
    {
      file: "pi/a b.html",
      facts: { agent: "pi", title: EVIL, folder: "/a", updated: "2026-11-20" },
    },
    {
      file: "codex/c.html",
      facts: { agent: "codex", title: "New", folder: "", updated: "2026-11-21" },
    },
  ]);
  it("lists the newest first, by links that every browser follows", () => {
    const links = [...page.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
    assert.deepEqual(links, ["codex/c.html", "pi/a%20b.html"]);
  });
  it("runs its own script and no other", () => {
    const scripts = [...page.matchAll(/<script>(.*?)<\/script>/gs)].map(([, code = ""]) => code);
    assert.equal(scripts.length, 1);
    const digest = createHash("sha256")
      .update(scripts[0] ?? "")
      .digest("base64");
    assert.ok(page.includes(`script-src 'sha256-${digest}'"`));
    assert.match(page, /default-src 'none'/);
    assert.ok(!page.includes("<img"));
  });
});

describe("the name of a page", () => {
  for (const [title, createdAt, id, name] of [
    [
      "Fix the login test!",
      "2026-11-21T03:04:05Z",
      "5bc11129-2190",
      "2026-11-21-fix-the-login-test-5bc11129",
    ],
    ["Größe der Überschrift", null, "ses_1A", "grosse-der-uberschrift-ses-1a"],
    ["日本語", "2026-11-21T03:04:05Z", "x", "2026-11-21-x"],
    ["../../etc/passwd", "nonsense", "..", "etc-passwd"],
    [null, null, "5bc11129-2190", "5bc11129"],
    ["x".repeat(60), null, "id", `${"x".repeat(48)}-id`],
    [`${"long ".repeat(30)}end`, null, "id", `${"long-".repeat(9).slice(0, -1)}-id`],
  ] as const) {
    it(name, () => assert.equal(pageName({ title, createdAt, id }), name));
  }
});
