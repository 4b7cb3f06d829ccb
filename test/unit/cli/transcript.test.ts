import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Transcript } from "../../../src/cli/transcript.ts";
import { printable } from "../../../src/session/printable.ts";
import type { Entry, Message, Part } from "../../../src/session/types.ts";

const TIME = "2026-11-21T09:30:00.000Z";

function message(role: Message["role"], parts: Part[], time: string | null = TIME): Entry {
  return { kind: "message", id: "m", parentId: null, time, role, parts };
}

function text(kind: "text" | "reasoning", words: string): Part {
  return { kind, text: words };
}

function result(words: string, isError = false): Part {
  return { kind: "tool-result", callId: "c", isError, content: [{ kind: "text", text: words }] };
}

/** Styles are shown as <style>. */
function transcript(tools: "none" | "brief" | "full" = "brief"): Transcript {
  const paint = (style: unknown, words: string): string =>
    `<${typeof style === "string" ? style : "agent"}>${printable(words)}`;
  return new Transcript({ tools, agent: "pi", paint });
}

describe("a conversation on a terminal", () => {
  it("shows who said something, and when; the day once", () => {
    const shown = transcript();
    const first = shown.entry(message("user", [text("text", "hello")]), 1) ?? "";
    assert.match(
      first,
      /^<dim>── \d{4}-\d\d-\d\d ──\n\n<dim>\[1\] <bold>user<dim> {2}\d\d:\d\d:\d\d\nhello\n\n$/,
    );
    const second = shown.entry(message("assistant", [text("text", "hi")]), 2) ?? "";
    assert.match(second, /^<dim>\[2\] <agent>assistant/);
    assert.match(
      shown.entry(message("user", [text("text", "so")], null), 3) ?? "",
      /^<dim>\[3\] <bold>user\nso/,
    );
  });

  it("cuts outputs short, and says how to see all of them", () => {
    const lines = Array.from({ length: 20 }, (_, i) => `line ${i}`).join("\n");
    const brief = transcript().entry(message("tool", [result(lines)]), 1) ?? "";
    assert.ok(brief.includes("<dim>← line 0\n<dim>line 1\n"));
    assert.ok(brief.includes("<dim>… 12 more lines (--tools full)"));
    assert.ok(!brief.includes("line 9"));
    const full = transcript("full").entry(message("tool", [result(lines, true)]), 1) ?? "";
    assert.ok(full.includes("<red>line 19"));
    assert.equal(transcript("none").entry(message("tool", [result(lines)]), 1), null);
  });

  it("shows a change as a diff", () => {
    const use = {
      tool: "edit",
      path: "a.ts",
      edits: [{ old: "one\ntwo\n", new: "one\n2\n" }],
    } as const;
    const call: Part = {
      kind: "tool-call",
      callId: "c",
      name: "edit",
      input: {},
      use: { ...use, edits: [...use.edits] },
    };
    const shown = transcript().entry(message("assistant", [call]), 1) ?? "";
    assert.ok(
      shown.includes("<dim>→ <bold>edit a.ts\n<dim>  one\n<red>- two\n<green>+ 2\n"),
      shown,
    );
  });

  it("lets nothing through that a terminal obeys", () => {
    const evil = "a\x1b[2Jb\u202ec";
    const use = { tool: "execute", command: evil } as const;
    const call: Part = { kind: "tool-call", callId: "c", name: evil, input: evil, use };
    for (const part of [text("text", evil), text("reasoning", evil), result(evil), call]) {
      const shown = transcript().entry(message("assistant", [part]), 1) ?? "";
      assert.ok(!shown.includes("\x1b") && !shown.includes("\u202e"), shown);
    }
  });
});
