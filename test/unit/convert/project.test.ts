/** What another vendor's model may be sent: well-formed turns, whatever the source holds. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { agents, writable } from "../../../src/agents/registry.ts";
import { Projector } from "../../../src/convert/project/project.ts";
import { LossReport } from "../../../src/convert/report/losses.ts";
import type { Tools } from "../../../src/session/codec.ts";
import { NO_RESULT } from "../../../src/session/text.ts";
import type { Entry, Part } from "../../../src/session/types.ts";
import { call, chain, message, result } from "../../support/entries.ts";
import { known } from "../../support/folder.ts";
import "../../support/seed.ts";

const CODEX = known(agents.find(({ id }) => id === "codex"));
const AIDER = known(agents.find(({ id }) => id === "aider"));
const CLAUDE = known(agents.find(({ id }) => id === "claude-code")).tools;

const WITH_TOOLS = writable.filter(({ takesTools }) => takesTools !== false);

function project(entries: readonly Entry[], tools: Tools = CLAUDE, takesTools?: false) {
  const losses = new LossReport();
  const target = takesTools === false ? { tools, takesTools } : { tools };
  const projector = new Projector(target, losses, { inline: false });
  const out = entries.flatMap((entry, line) => {
    const { before, now } = projector.push(entry, "live", line);
    return [...before, ...now];
  });
  out.push(...projector.flush());
  const counted = Object.fromEntries(losses.list().map(({ code, count }) => [code, count]));
  return { out, lines: out.map(brief), losses: counted, counts: projector.counts };
}

function brief(entry: Entry): string {
  return entry.kind === "event"
    ? entry.event
    : `${entry.role}: ${entry.parts.map(briefPart).join(" | ")}`;
}

function briefPart(part: Part): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "tool-call":
      return `→${part.callId}`;
    case "tool-result":
      return `←${part.callId} ${part.content.map(briefPart).join(" | ")}`;
    default:
      return part.kind;
  }
}

describe("for a history in which only line breaks end a line", () => {
  it("counts what becomes one", () => {
    const losses = new LossReport();
    const projector = new Projector(AIDER, losses, { inline: false });
    const entries = chain(
      ["user", "one\u2028two\u2029three\r\nfour\nfive"],
      ["assistant", "six\u2028seven\reight", call("a", "run", { input: { command: "ls\r\npwd" } })],
      ["tool", result("a", "nine\u0085ten")],
    );
    for (const [line, entry] of entries.entries()) projector.push(entry, "live", line);
    const changed = losses.list().find(({ code }) => code === "line-end-changed");
    assert.equal(changed?.count, 6);
    assert.deepEqual(changed?.where, ["line 1", "line 2", "line 3"]);
  });
});

describe("for a model without tools", () => {
  const none: Tools = { toNative: () => null, accepts: () => false };

  it("calls and results are text in their places, each counted", () => {
    const { lines, losses, counts } = project(
      chain(
        ["user", "go"],
        ["assistant", "both", call("a", "run", { input: { command: "ls\n-l" } }), call("b", "run")],
        ["tool", result("b", "of b"), result("a", "of a")],
        ["tool", result("c", "of nobody")],
        ["assistant", "done", call("d", "run")],
        ["user", "and then?"],
      ),
      none,
      false,
    );
    assert.deepEqual(lines, [
      "user: go",
      "assistant: both | [Tool call: run]\ncommand:\nls\n-l | [Tool call: run]\ncommand: ls",
      "user: [Tool result of run]\nof b | [Tool result of run]\nof a",
      "user: [Tool result]\nof nobody",
      "assistant: done | [Tool call: run]\ncommand: ls",
      "user: and then?",
    ]);
    assert.deepEqual(losses, { "call-as-text": 3, "result-as-text": 3 });
    assert.deepEqual([counts.toolCalls, counts.toolResults], [0, 0]);
  });

  it("what a tool gave is nobody's request", () => {
    const { out } = project(
      chain(["assistant", call("a", "run")], ["tool", result("a", "x")]),
      none,
      false,
    );
    const last = out.at(-1);
    assert.ok(last?.kind === "message" && last.role === "user" && last.told === true);
  });
});

describe("calls and their results", () => {
  it("stand together, in the order of the calls", () => {
    const { lines, losses } = project(
      chain(
        ["user", "go"],
        ["assistant", "both", call("a"), call("b")],
        ["tool", result("b", "of b")],
        ["tool", result("a", "of a")],
        ["assistant", "done"],
      ),
    );
    assert.deepEqual(lines, [
      "user: go",
      "assistant: both | →a | →b",
      "tool: ←a of a",
      "tool: ←b of b",
      "assistant: done",
    ]);
    assert.deepEqual(losses, {});
  });

  it("stand before what an agent put between them", () => {
    const hook = '<context name="hook">\nmind the gap\n</context>';
    const { lines } = project(
      chain(
        ["user", "go"],
        ["assistant", "one", call("a")],
        ["user", hook],
        ["tool", result("a", "of a")],
        ["assistant", "done"],
      ),
    );
    assert.deepEqual(lines, [
      "user: go",
      "assistant: one | →a",
      "tool: ←a of a",
      `user: ${hook}`,
      "assistant: done",
    ]);
  });

  it("come together across fragments of one message", () => {
    const { lines } = project([
      message("1", null, "assistant", ["text"], { group: "g" }),
      message("2", "1", "assistant", [call("a")], { group: "g" }),
      message("3", "2", "tool", [result("a", "of a")]),
      message("4", "3", "assistant", [call("b")], { group: "g" }),
      message("5", "4", "tool", [result("b", "of b")]),
      message("6", "5", "assistant", ["next"], { group: "h" }),
    ]);
    assert.deepEqual(lines, [
      "assistant: text | →a | →b",
      "tool: ←a of a",
      "tool: ←b of b",
      "assistant: next",
    ]);
  });

  it("a call without a result gets one that says so", () => {
    const { out, losses } = project(chain(["assistant", call("a")], ["user", "go on"]));
    assert.deepEqual(out.map(brief), ["assistant: →a", `tool: ←a ${NO_RESULT}`, "user: go on"]);
    assert.equal(losses["result-missing"], 1);
    const [part] = out.flatMap((entry) => (entry.kind === "message" ? entry.parts : [])).slice(1);
    assert.ok(part?.kind === "tool-result" && part.isError);
  });

  it("a call without a result is reported where the call is", () => {
    const losses = new LossReport();
    const projector = new Projector({ tools: CLAUDE }, losses, { inline: false });
    const said = chain(
      ["user", "go"],
      ["assistant", call("a"), call("b")],
      ["tool", result("b", "two")],
    );
    for (const [line, entry] of said.entries()) projector.push(entry, "live", line);
    projector.push(message("z", null, "user", ["go on"]), "live", 9);
    projector.flush();
    assert.deepEqual(
      losses.list().map(({ code, where }) => [code, where]),
      [["result-missing", ["line 2"]]],
    );
  });

  it("a result without a call is kept aside", () => {
    const { lines, losses } = project(chain(["user", "hi"], ["tool", result("x", "of nobody")]));
    assert.deepEqual(lines, ["user: hi"]);
    assert.equal(losses["result-orphan"], 1);
  });

  it("a result that comes before its call is an orphan", () => {
    const { lines, losses } = project(
      chain(["tool", result("a", "early")], ["assistant", call("a")], ["user", "go"]),
    );
    assert.deepEqual(lines, ["assistant: →a", `tool: ←a ${NO_RESULT}`, "user: go"]);
    assert.deepEqual(losses, { "result-orphan": 1, "result-missing": 1 });
  });

  it("what comes between a call and its result is sent after the result", () => {
    const { lines, losses } = project(
      chain(
        ["assistant", call("a"), call("b")],
        ["tool", result("a", "one")],
        ["user", "steer"],
        ["assistant", "meanwhile", call("c")],
        ["tool", result("c", "three")],
        ["tool", result("b", "two")],
        ["assistant", "done"],
      ),
    );
    assert.deepEqual(lines, [
      "assistant: →a | →b",
      "tool: ←a one",
      "tool: ←b two",
      "user: steer",
      "assistant: meanwhile | →c",
      "tool: ←c three",
      "assistant: done",
    ]);
    assert.deepEqual(losses, {});
  });

  it("what follows a call that never gets a result is not held for ever", () => {
    const said = Array.from({ length: 100 }, (_, n): ["user", string] => ["user", `u${n}`]);
    const { lines, losses } = project(chain(["assistant", call("a")], ...said));
    assert.deepEqual(lines, [
      "assistant: →a",
      `tool: ←a ${NO_RESULT}`,
      ...said.map(([, text]) => `user: ${text}`),
    ]);
    assert.deepEqual(losses, { "result-missing": 1 });
  });

  it("of calls that share an id, each has its own result", () => {
    const { lines } = project(
      chain(["assistant", call("a"), call("a")], ["tool", result("a", "1"), result("a", "2")]),
    );
    assert.deepEqual(lines, ["assistant: →a | →a_2", "tool: ←a 1", "tool: ←a_2 2"]);
  });

  it("a second result of one call is an orphan", () => {
    const { lines, losses } = project(
      chain(["assistant", call("a")], ["tool", result("a", "one"), result("a", "two")]),
    );
    assert.deepEqual(lines, ["assistant: →a", "tool: ←a one"]);
    assert.equal(losses["result-orphan"], 1);
  });

  it("ids that come again in a later message are made unique, with their results", () => {
    const { lines, losses } = project(
      chain(
        ["assistant", call("a")],
        ["tool", result("a", "one")],
        ["assistant", call("a")],
        ["tool", result("a", "two")],
      ),
    );
    assert.deepEqual(lines, ["assistant: →a", "tool: ←a one", "assistant: →a_2", "tool: ←a_2 two"]);
    assert.equal(losses["call-id-changed"], 1);
  });

  it("that start a subagent are counted: how one is set up is each vendor's own", () => {
    const spawn: Part = {
      ...call("a"),
      name: "spawn_agent",
      input: { message: "look", fork_turns: "none" },
      use: { tool: "subagent", prompt: "look" },
    };
    const { losses } = project(
      chain(["user", "go"], ["assistant", spawn], ["tool", result("a", "seen")]),
    );
    assert.deepEqual(losses, { "tool-reworded": 1, "argument-carried": 1 });
  });

  it("that are reworded leave arguments out, too, and these are counted", () => {
    const look: Part = {
      ...call("a"),
      name: "list",
      input: { path: "/src", depth: 3, note: "to see what there is" },
      use: { tool: "list", path: "/src" },
    };
    const { losses } = project(
      chain(["user", "go"], ["assistant", look], ["tool", result("a", "x")]),
    );
    assert.deepEqual(losses, { "tool-reworded": 1, "argument-carried": 2 });
  });
});

describe("call ids", () => {
  it("that are too long stay different, also when they are taken over one by one", () => {
    const long = "run_shell_command__run_shell_command_1795000000000_";
    const ids = [0, 1].map((n) => {
      const { out } = project(chain(["assistant", call(long + n)]));
      const parts = out.flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
      return parts.flatMap((part) => (part.kind === "tool-call" ? [part.callId] : []))[0];
    });
    assert.notEqual(ids[0], ids[1]);
    for (const id of ids) assert.match(id ?? "", /^[\w-]{1,40}$/);
  });

  it("are valid for every vendor, unique, and paired, whatever they were", () => {
    const odd = fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.constantFrom("", "a", "a_2", "../../x", "é", "x".repeat(70), "x".repeat(64)),
    );
    fc.assert(
      fc.property(fc.array(odd, { maxLength: 12 }), fc.boolean(), (ids, together) => {
        const entries = together
          ? chain(["assistant", ...ids.map((id) => call(id))])
          : chain(
              ...ids.flatMap(
                (id): Parameters<typeof chain> => [
                  ["assistant", call(id)],
                  ["tool", result(id, `of ${id}`)],
                ],
              ),
            );
        const { out } = project(entries);
        const parts = out.flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
        const calls = parts.flatMap((part) => (part.kind === "tool-call" ? [part.callId] : []));
        const results = parts.flatMap((part) => (part.kind === "tool-result" ? [part.callId] : []));
        assert.equal(new Set(calls).size, ids.length);
        assert.deepEqual(results, calls);
        for (const id of calls) assert.match(id, /^[a-zA-Z0-9_-]{1,64}$/);
        if (!together) {
          const texts = parts.flatMap((p) => (p.kind === "tool-result" ? p.content : []));
          assert.deepEqual(
            texts.map(briefPart),
            ids.map((id) => `of ${id}`),
          );
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("what a model's API would refuse", () => {
  it("messages with nothing in them are kept aside", () => {
    const { lines, losses } = project(
      chain(["user", ""], ["user", " \n\t"], ["assistant", ""], ["assistant"], ["user", "x"]),
    );
    assert.deepEqual(lines, ["user: x"]);
    assert.ok((losses["blank-carried"] ?? 0) >= 2);
  });

  it("an empty result keeps its place", () => {
    const { lines } = project(chain(["assistant", call("a")], ["tool", result("a", "")]));
    assert.deepEqual(lines, ["assistant: →a", "tool: ←a "]);
  });

  it("names and arguments that no API takes are put right", () => {
    const { out, losses } = project(
      chain(
        ["assistant", call("a", "no such name!", { use: null, input: "free" })],
        ["tool", result("a", "done")],
      ),
    );
    const [first] = out.flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
    assert.ok(first?.kind === "tool-call");
    assert.match(first.name, /^[a-zA-Z0-9_-]{1,64}$/);
    assert.deepEqual(first.input, { input: "free" });
    assert.deepEqual(out.map(brief), ["assistant: →a", "tool: ←a done"]);
    assert.equal(losses["tool-adapted"], 1);
  });

  it("servers and tools of MCP have other people's names", () => {
    const use = { tool: "mcp", server: "my.server", name: "look up", input: {} } as const;
    for (const agent of WITH_TOOLS) {
      const one = { ...call("a"), name: "mcp_my.server_look up", input: {}, use };
      const { out, losses } = project(chain(["assistant", one]), agent.tools);
      const [first] = out.flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
      assert.ok(first?.kind === "tool-call");
      assert.ok(agent.tools.accepts(first), `${agent.id}: ${first.name}`);
      // Grok Build and Cursor name the tool in the arguments, where any name may stand.
      const isKept = agent.tools.accepts(one) || ["use_tool", "CallMcpTool"].includes(first.name);
      assert.equal(losses["tool-adapted"], isKept ? undefined : 1, agent.id);
    }
  });

  it("long names of MCP tools are cut to what the API takes", () => {
    const use = { tool: "mcp", server: "demo", name: "x".repeat(300), input: {} } as const;
    for (const agent of WITH_TOOLS) {
      const one = { ...call("a"), name: "x".repeat(300), input: {}, use };
      const { out } = project(chain(["assistant", one]), agent.tools);
      const [first] = out.flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
      assert.ok(first?.kind === "tool-call" && agent.tools.accepts(first), agent.id);
    }
  });

  it("images that the target's CLI does not send are mentioned in their place", () => {
    const images = [
      { kind: "image", mediaType: "image/svg+xml", data: "PHN2Zy8+" },
      { kind: "image", mediaType: "image/png", data: null, url: "https://example.org/a.png" },
      { kind: "image", mediaType: "image/png", data: "AAAA" },
    ] as const;
    const losses = new LossReport();
    const projector = new Projector(CODEX, losses, { inline: false });
    const [entry] = chain(["user", ...images]);
    const [said] = projector.push(known(entry), "live", 0).now;
    assert.deepEqual(said?.kind === "message" && said.parts, [
      { kind: "text", text: "[image: image/svg+xml, 6 bytes]\n<svg/>" },
      { kind: "text", text: "[image: image/png, https://example.org/a.png]" },
      images[2],
    ]);
    assert.deepEqual(
      losses.list().map(({ code, count }) => [code, count]),
      [["image-as-text", 2]],
    );
  });

  it("a compaction whose summary is encrypted is what it keeps, and says something where it has to", () => {
    const kept = chain(["user", "kept"]).flatMap((e) => (e.kind === "message" ? [e] : []));
    const place = { kind: "event", id: "c", parentId: null, time: null } as const;
    const event = { ...place, event: "compaction", summary: "", kept } as const;
    const made = (inline: boolean) =>
      new Projector({ tools: CLAUDE }, new LossReport(), { inline })
        .compaction(event)
        .map((entry) =>
          entry.kind === "event" && entry.event === "compaction" ? entry.summary : brief(entry),
        );
    assert.deepEqual(made(false), ["user: kept"]);
    const [summary, ...rest] = made(true);
    assert.match(summary ?? "", /encrypted summary/);
    assert.deepEqual(rest, ["user: kept"]);
  });

  it("seals of another vendor are not sent", () => {
    const { out, losses } = project(
      chain([
        "assistant",
        { kind: "reasoning", text: "thought", seal: { signature: "SECRET" } },
        { kind: "reasoning", text: "", seal: { encrypted_content: "SECRET" } },
        "said",
      ]),
    );
    assert.doesNotMatch(JSON.stringify(out), /SECRET/);
    assert.match(JSON.stringify(out), /thought/);
    assert.deepEqual(losses, { "reasoning-as-text": 1, "reasoning-sealed": 1 });
  });
});

describe("what is not conversation", () => {
  it("is kept aside, and counted", () => {
    const { lines, losses } = project([
      message("1", null, "user", ["<context>"], { scaffold: true }),
      message("2", "1", "system", ["be kind"]),
      message("3", "2", "user", ["hi"]),
      message("4", "3", "assistant", ["half an ans"], { stop: "aborted" }),
      message("5", "4", "assistant", ["overloaded"], { stop: "error" }),
    ]);
    assert.deepEqual(lines, ["user: hi"]);
    assert.deepEqual(losses, { "scaffold-carried": 2, "failed-carried": 2 });
  });
});
