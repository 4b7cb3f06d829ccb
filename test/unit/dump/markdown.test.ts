/** A session's text in a Markdown page: read by people as it was meant, and nothing more than text. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { fenced, markdownProse, markdownText } from "../../../src/dump/markdown.ts";
import { runs } from "../../support/seed.ts";

/** As a reader would that lets everything through. */
function rendered(markdown: string): string {
  return micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
}

const TAGS =
  /<(?!\/?(?:p|em|strong|code|pre|blockquote|ul|ol|li|a|hr|br|del|table|thead|tbody|tr|th|td|input)\b)/;

/** Nothing but text, and links to the web. */
function harmless(text: string): void {
  const html = rendered(`before\n\n${markdownProse(text)}\n\n## After\n`);
  assert.match(html, /<h2>After<\/h2>\n?$/, `the page goes on after ${JSON.stringify(text)}`);
  const own = html.replace(/<h2>After<\/h2>\n?$/, "");
  assert.doesNotMatch(own, TAGS, JSON.stringify(text));
  for (const [, target = ""] of own.matchAll(/<a href="([^"]*)"/g)) {
    assert.match(target, /^(?:https?:|mailto:|#|[\w./-]*(?:#|$))/, JSON.stringify(text));
  }
}

describe("a session's text in Markdown", () => {
  it("is no HTML, no heading, no definition, no picture, and no link that runs", () => {
    for (const text of [
      "<script>alert(1)</script>",
      "<!-- hidden\n\nfor long -->",
      "a <img src=x onerror=alert(1)> b",
      "<details>\n<summary>x</summary>",
      "<javascript:alert(1)> <https://example.org>",
      "# one\n## two\n### three ###",
      "> # quoted\n- # listed\n1. > ## both\n- - # twice",
      "title\n===\n\nother\n---\n\nthird\n-",
      "> title\n> ===\n\n- item\n  ---",
      "[x]: javascript:alert(1)\n[x] [click][x]",
      "[a\nb]: javascript:alert(1)\n\n[a b]",
      "> [x]: javascript:alert(1)\n\n- [y]: data:,x\n\n[x] [y]",
      "[^1]: note\n\n[^1]",
      "[click](javascript:alert(1)) [b](JavaScript:x) [c](data:text/html,x) [d](vbscript:x)",
      "[click](<javascript:alert(1)>) [b](  javascript:x) [c](&#106;avascript:x) [d](java\\script:x)",
      "[click](\njavascript:alert(1)) [a](file:///etc/passwd)",
      "![x](https://example.org/track.png) ![y](data:image/png;base64,AAAA)",
      "`code\n` <b> `more`",
      "`` ` <b> `` <b> ` <b>",
      "\\`<b>` \\\\`<b>` \\<b>",
      "| a | b |\n|---|---|\n| `x | <b> ` | y |",
      "a | b\n--|--\n`x | <b>` | y",
      "    <b>indented</b>\n\n\t# tab",
      "- item\n\n      <b>code</b>\n\n  ```\n  <b>\n  ```\n  <i>",
      "1. one\n    ```js\n    let a = '<b>';\n    ```\n<i>",
      "```html\n<b>\n```\n<i>\n~~~\n<u>\n```\n",
      "```\nleft open\n# x\n<b>",
      "````\n```\n<b>\n````\n<b>\n```",
      "> ```\n> <b>\n<i>",
      "```a`b\n<b>\n```",
      "&#60;b&#62; &lt;b&gt; &#8238;x &NewLine;",
      "a\\\n<b>",
      "[x](https://e.org/`) <b> `",
      "https://e.org<b> a@b.co<b> www.e.org`a <b>` c",
      "[<b>](https://e.org) [`<b>`](https://e.org)",
    ]) {
      harmless(text);
    }
  });

  it("is read as it was meant", () => {
    for (const [text, html] of [
      ["**bold** and *so*", "<p><strong>bold</strong> and <em>so</em></p>"],
      ["a `x < y && z` b", "<p>a <code>x &lt; y &amp;&amp; z</code> b</p>"],
      ["Array<string> & co", "<p>Array&lt;string&gt; &amp; co</p>"],
      ["# one", "<p># one</p>"],
      ["a\n---", "<p>a\n---</p>"],
      ["&lt;b&gt;", "<p>&amp;lt;b&amp;gt;</p>"],
      ["see <https://e.org/x>", '<p>see <a href="https://e.org/x">https://e.org/x</a></p>'],
      [
        "see [a](https://e.org/x?a=1&b=2#c)",
        '<p>see <a href="https://e.org/x?a=1&amp;b=2#c">a</a></p>',
      ],
      ["see [a](src/a.ts)", '<p>see <a href="src/a.ts">a</a></p>'],
      ["[a](javascript:x)", "<p>[a](javascript:x)</p>"],
      ["- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"],
      ["| a | b |\n|---|---|\n| 1 | 2 |", null],
      [
        "```ts\nlet a: X<1>;\n```",
        '<pre><code class="language-ts">let a: X&lt;1&gt;;\n</code></pre>',
      ],
      [
        "- x\n  ```\n  a\n    b\n  ```",
        "<ul>\n<li>x</li>\n</ul>\n<pre><code>a\n  b\n</code></pre>",
      ],
    ] as const) {
      const out = rendered(markdownProse(text));
      if (html === null) assert.match(out, /<table>/);
      else assert.equal(out.trim(), html, text);
    }
  });

  it("is harmless, however it is put together", () => {
    const piece = fc.constantFrom(
      ..."<>[]()!&#=-`~|\\*_:;\n\n  \t1.",
      ...[
        "\n\n",
        "\n> ",
        "\n- ",
        "\n1. ",
        "    ",
        "```",
        "~~~",
        "`` ",
        "<b>",
        "<!--",
        "-->",
        "</b>",
      ],
      ...[
        "javascript:x",
        "https://e.org",
        "[a]",
        "](",
        "]:",
        "---",
        "===",
        "|",
        "&#60;",
        "&lt;",
        "\\`",
        "x",
      ],
      ...["| a |\n|---|\n| ", "[a]: javascript:x\n", "![", "<https:x>", "<?x?>", "<![CDATA[", "# "],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => harmless(pieces.join(""))),
      { numRuns: runs(2000) },
    );
  });

  it("takes time that grows with the text", () => {
    for (const unit of [
      "`",
      "` `` ",
      "<",
      "[](",
      "# ",
      "- ",
      "> ",
      "```\n",
      "~~~\n```\n",
      "|",
      "\\",
      "a\n---\n",
    ]) {
      const start = performance.now();
      markdownProse(unit.repeat(300_000 / unit.length));
      assert.ok(performance.now() - start < 3000, unit);
    }
  });
});

describe("a line and a fence", () => {
  it("hold any text", () => {
    const text = fc.string({ unit: "grapheme-ascii", maxLength: 40 });
    fc.assert(
      fc.property(text, (line) => {
        const html = rendered(
          `# ${markdownText(line)}x\n\n${fenced(`${line}\n# x`)}\n\n## After\n`,
        );
        assert.match(
          html,
          /^<h1>[^\n]*<\/h1>\n<pre><code class="language-text">[\s\S]*?<\/code><\/pre>\n<h2>After<\/h2>\n$/,
        );
        assert.doesNotMatch(html.replace(/<\/?(?:h1|h2|pre|code|a)\b[^>]*>/g, ""), /</);
      }),
      { numRuns: runs(500) },
    );
  });
});
