import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { amp } from "../../../src/agents/amp/index.ts";
import { printRun, readResult } from "../../../src/agents/amp/results.ts";
import { fromNative } from "../../../src/agents/amp/tools.ts";
import { unknowns } from "../../../src/agents/shared/known.ts";
import { hostOf } from "../../../src/io/host.ts";
import type { Entry, Header, Json, Part, ToolUse } from "../../../src/session/types.ts";
import { fixture } from "../../support/fixtures.ts";

function threadOf(variant: string): Json {
  return JSON.parse(readFileSync(fixture(`amp/${variant}`).path, "utf8"));
}

function records(variant: string): Json[] {
  return amp.documents?.[0]?.records(threadOf(variant)) ?? [];
}

function read(all: readonly Json[]): { entries: Entry[]; header: Header } {
  const reader = amp.reader();
  const entries = all.flatMap((record, at) => reader.read(record, at));
  return { entries, header: reader.header() };
}

function brief(part: Part): string {
  switch (part.kind) {
    case "text":
    case "other":
      return part.text;
    case "reasoning":
      return `(${part.text})`;
    case "tool-call":
      return `${part.name}=${part.use?.tool}`;
    case "tool-result":
      return `${part.isError ? "!" : ""}${part.content.map(brief).join("|")}`;
    case "image":
      return part.mediaType;
    case "file":
      return `${part.name}: ${part.text}`;
    case "unread":
      return part.reason;
  }
}

function told({ entries }: { entries: readonly Entry[] }): string[] {
  return entries.map((entry) => {
    if (entry.kind === "message") return `${entry.role}: ${entry.parts.map(brief).join(" ")}`;
    return entry.event === "compaction" ? `summary: ${entry.summary}` : entry.event;
  });
}

describe("amp", () => {
  it("reads prompts, answers, reasoning, calls, results and images", () => {
    assert.deepEqual(told(read(records("basic"))), [
      "start",
      "user: MARK-U1 What is in hello.txt? ünïcødé 日本語 🎉",
      "assistant: (MARK-R1 I read it.) MARK-A1 I look. Read=read Bash=execute",
      "tool: MARK-O1 hello\nworld !MARK-O2 no such file\n",
      "assistant: MARK-A2 It says hello.",
      "user: MARK-U2 Write it down. image/png",
      "assistant: create_file=write edit_file=edit",
      "tool: Successfully created file /home/dev/shop/a.txt ```diff\n-hello\n+MARK-N1\n```",
      "assistant: MARK-A3 Done.",
    ]);
  });

  it("reads summaries, mentioned files, what the user ran, and how calls and answers ended", () => {
    const whole = read([threadOf("compact")]);
    assert.deepEqual(told(whole), told(read(records("compact"))), "also as one line");
    assert.deepEqual(told(whole).slice(0, 6), [
      "start",
      "unread",
      "user: OLD-U1 Begin.",
      "assistant: OLD-A1 Begun.",
      "summary: SUMMARY-1 They began.",
      "user: file:///home/dev/shop/notes.txt: NOTE-1\n MARK-U1 Go on with @notes.txt",
    ]);
    assert.deepEqual(told(whole).slice(6), [
      "assistant: Bash=execute Bash=execute web_search=web-search",
      "tool: !PROGRESS-1 !User rejected invoking the tool !FAILED-1",
      "user: <command>git status</command>\n<output>CLEAN-1</output>",
      "user: unsent",
      "assistant: MARK-A2 I beg",
      "interruption",
      "user: MARK-U2 Why did you stop?",
      "assistant: ",
      "limit",
    ]);
  });

  it("reads the header", () => {
    const { header } = read(records("compact"));
    assert.equal(header.id, "T-019b9d00-0000-7000-8000-000000000002");
    assert.equal(header.cwd, "/home/dev/shop ü");
    assert.equal(header.parent, "T-019b9d00-0000-7000-8000-000000000001");
    const { gitBranch, version, model, createdAt, updatedAt } = read(records("basic")).header;
    assert.deepEqual([gitBranch, version], ["main", "0.0.1767830505-ga62310"]);
    assert.equal(model, "claude-opus-4-5-20251101");
    assert.deepEqual(
      [createdAt, updatedAt].map((time) => time?.slice(11, 19)),
      ["00:01:45", "00:01:53"],
    );
  });

  it("reads an export of a later version, with its tools and OpenAI's hidden reasoning", () => {
    const { entries } = read(records("export"));
    assert.deepEqual(told({ entries }).slice(2, 4), [
      "assistant: () apply_patch=patch shell_command=execute",
      `tool: ${JSON.stringify({
        summary: "MARK-O1 Updated a.txt",
        files: [{ uri: "file:///home/dev/shop/a.txt", type: "update", additions: 1, deletions: 1 }],
      })} MARK-O2|image/png`,
    ]);
    const [, , answer] = entries;
    assert.ok(answer?.kind === "message" && answer.parts[0]?.kind === "reasoning");
    const openAIReasoning = { id: "rs_1", encryptedContent: "gAAAAABsealed" };
    assert.deepEqual(answer.parts[0].seal, { openAIReasoning });
  });

  it("knows what Amp wrote, and finds what is new", () => {
    for (const variant of ["basic", "compact", "export"]) {
      for (const record of records(variant)) {
        assert.ok(amp.recognises(record), variant);
        assert.deepEqual(unknowns(record, amp.known ?? true), [], variant);
      }
    }
    const found = records("drift").flatMap((record) => unknowns(record, amp.known ?? true));
    assert.deepEqual(found, [
      "<thread>.holograms",
      "<user>.content[]<voice_note>",
      "<user>.mood",
      "<assistant>.content[]<citation>",
      "<narrator>",
    ]);
  });

  it("has its tools in both directions", () => {
    const uses: ToolUse[] = [
      { tool: "execute", command: "ls", cwd: "/tmp" },
      { tool: "read", path: "/a", offset: 3, limit: 2 },
      { tool: "edit", path: "/a", edits: [{ old: "a", new: "b", all: true }] },
      { tool: "todo", items: [{ text: "a", status: "in_progress" }] },
      { tool: "glob", pattern: "*.ts" },
    ];
    for (const use of uses) {
      const native = amp.tools.toNative(use);
      assert.ok(native?.exact);
      assert.deepEqual(fromNative(native.name, native.input), use);
    }
    const failed = readResult({ toolUseID: "a", run: { status: "done", result: { exitCode: 2 } } });
    assert.deepEqual([failed.isError, failed.exitCode], [true, 2]);
    assert.deepEqual(printRun({ tool: "execute", command: "x" }, { ...failed, content: [] }), {
      status: "done",
      result: { output: "", exitCode: 2 },
    });
  });

  it("finds threads below the folder for data, on Windows, too, and writes none", async () => {
    const { store, claim } = amp;
    assert.deepEqual(store.roots({ HOME: "/home/dev" }), ["/home/dev/.local/share/amp/threads"]);
    assert.deepEqual(store.roots({ XDG_DATA_HOME: "/data" }), ["/data/amp/threads"]);
    const windows = { ...hostOf({ HOME: "C:\\Users\\dev" }, "win32"), home: "C:\\Users\\dev" };
    assert.deepEqual(store.roots({}, windows), ["C:\\Users\\dev\\.local\\share\\amp\\threads"]);
    const [root = ""] = store.roots({ XDG_DATA_HOME: `${fixture("amp/basic").path}/../../..` });
    const found = await store.find(root);
    assert.deepEqual(
      found.map(({ id }) => id),
      ["T-019b9d00-0000-7000-8000-000000000001"],
    );
    assert.equal(typeof claim?.write, "object");
  });
});
