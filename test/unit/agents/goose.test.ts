/** What is Goose's own in its records: facts that took running the real CLI. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { goose } from "../../../src/agents/goose/index.ts";
import type { Json, Message, Part } from "../../../src/session/types.ts";
import { readRecords, see } from "../../support/conversion.ts";
import { fixture } from "../../support/fixtures.ts";
import { known } from "../../support/folder.ts";

function row(role: string, content: Json, metadata: Json = null): Json {
  return {
    message: {
      role,
      content_json: content,
      created_timestamp: 1795959900,
      metadata_json: metadata,
    },
  };
}

function partsOf(record: Json): Part[] {
  const entries = goose.reader().read(record, 0);
  return entries.flatMap((entry) => (entry.kind === "message" ? entry.parts : []));
}

async function live(name: string): Promise<Message[]> {
  const { live: entries } = await see(fixture(`goose/${name}`));
  return entries.filter((entry) => entry.kind === "message");
}

function texts(messages: readonly Message[]): string[] {
  return messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === "text" ? [part.text] : [])),
  );
}

describe("what Goose's model is sent", () => {
  it("is not the context of each turn, which Goose adds itself", async () => {
    const said = texts(await live("interrupted"));
    assert.deepEqual(said, ["U1 wait for it", "U2 go on", "A2 here I am"]);
  });

  it("after a compaction is the summary and what follows, without Goose's own words", async () => {
    assert.deepEqual(texts(await live("compacted")), ["U2 second prompt", "A2 after"]);
    assert.deepEqual(texts(await live("compacted-twice")), [
      "U3 third prompt",
      "A3 after the second",
    ]);
    const { plan } = await see(fixture("goose/compacted"));
    assert.ok(plan.header.title);
  });

  it("with an automatic compaction is the newest prompt again, which is the user's", async () => {
    const [prompt] = await live("compacted-auto");
    assert.deepEqual(prompt?.parts, [{ kind: "text", text: "U2 second prompt" }]);
    assert.equal(prompt?.told, undefined);
  });

  it("leaves out what is hidden from it, and what is for the user alone", async () => {
    const said = texts(await live("kinds")).join("\n");
    for (const mark of ["U1B", "U3"]) assert.doesNotMatch(said, new RegExp(`MARK-K-${mark} `));
    for (const mark of ["U1", "A1", "U4", "A5"]) assert.match(said, new RegExp(`MARK-K-${mark} `));
  });

  it("has results paired by id, in whichever order", async () => {
    const calls = new Map<string, string>();
    for (const { parts } of await live("kinds")) {
      for (const part of parts) {
        if (part.kind === "tool-call") calls.set(part.callId, part.name);
        if (part.kind === "tool-result") assert.ok(calls.has(part.callId), part.callId);
      }
    }
    assert.equal(calls.size, 5);
  });
});

describe("Goose's blocks", () => {
  it("of thinking: a signature is the seal, an empty one is none", () => {
    const thinking = (signature: string) =>
      partsOf(row("assistant", [{ type: "thinking", thinking: "Hm.", signature }]));
    const seal = { signature: "c2ln" };
    assert.deepEqual(thinking("c2ln"), [{ kind: "reasoning", text: "Hm.", seal }]);
    assert.deepEqual(thinking(""), [{ kind: "reasoning", text: "Hm." }]);
    assert.deepEqual(partsOf(row("assistant", [{ type: "reasoning", text: "Hm." }])), [
      { kind: "reasoning", text: "Hm." },
    ]);
  });

  it("of a shell's result: exit code and output apart, as Goose words them", () => {
    const reader = goose.reader();
    const call = { name: "shell", arguments: { command: "x" } };
    const ask = { type: "toolRequest", id: "c", toolCall: { status: "success", value: call } };
    reader.read(row("assistant", [ask]), 0);
    const result = (text: string, isError: boolean): Json => ({
      type: "toolResponse",
      id: "c",
      toolResult: { status: "success", value: { content: [{ type: "text", text }], isError } },
    });
    const [failed] = reader.read(
      row("user", [result("no\n\nCommand exited with code 3", true)]),
      1,
    );
    assert.deepEqual(failed?.kind === "message" && failed.parts, [
      {
        kind: "tool-result",
        callId: "c",
        isError: true,
        exitCode: 3,
        content: [{ kind: "text", text: "no" }],
      },
    ]);
    const [silent] = reader.read(row("user", [result("(no output)", false)]), 2);
    assert.deepEqual(silent?.kind === "message" && silent.parts, [
      { kind: "tool-result", callId: "c", isError: false, exitCode: 0, content: [] },
    ]);
  });

  it("of credits that are used up: a limit", () => {
    const block = { type: "systemNotification", notificationType: "creditsExhausted", msg: "Pay." };
    const entries = goose.reader().read(row("assistant", [block]), 0);
    assert.ok(entries.some((entry) => entry.kind === "event" && entry.event === "limit"));
  });

  it("of the tools of older versions mean the same", () => {
    const [, ...records] = readRecords(fixture("goose/legacy").path);
    const uses = records
      .flatMap((record) => (record === undefined ? [] : partsOf(record)))
      .flatMap((part) => (part.kind === "tool-call" ? [part.use?.tool] : []));
    assert.deepEqual(uses, ["execute", "edit"]);
  });
});

describe("what Segue writes for Goose", () => {
  const options = { seed: "s", cliVersion: "1.52.0" };
  const message = (role: Message["role"], parts: Part[]): Message => ({
    kind: "message",
    id: "m",
    parentId: null,
    time: "2026-11-29T13:45:00.000Z",
    role,
    parts,
  });
  const blocks = (parts: Part[], role: Message["role"] = "assistant", cliVersion = "1.52.0") => {
    const [record] = goose.writer({ ...options, cliVersion }).predict(message(role, parts));
    return JSON.stringify(record);
  };

  it("has a signature on all thinking: Goose opens no session without", () => {
    assert.match(blocks([{ kind: "reasoning", text: "Hm." }]), /"signature":""/);
  });

  it("joins reasoning that is text to what follows it: Goose puts texts side by side", () => {
    const quoted = "[Reasoning before this answer, quoted:]\n> Hm.";
    const said = blocks([
      { kind: "text", text: quoted },
      { kind: "text", text: "Yes." },
    ]);
    assert.match(said, /> Hm\.\\n\\nYes\./);
  });

  it("has documents as such only where Goose can read them", () => {
    const pdf: Part = { kind: "file", name: "a.pdf", mediaType: "application/pdf", data: "JVBE" };
    assert.match(blocks([pdf], "user"), /"type":"document"/);
    // 1.37 opens no session with a block that it does not know.
    assert.match(blocks([pdf], "user", "1.37.0"), /"type":"text"/);
  });

  it("is never earlier than what is there, nor later than the clock", () => {
    const at = (ms: number, facts: Json): number => {
      const writer = goose.writer({ ...options, facts });
      const [record] = writer.predict({
        ...message("user", [{ kind: "text", text: "x" }]),
        time: new Date(ms).toISOString(),
      });
      return Number(/"created_timestamp":(\d+)/.exec(JSON.stringify(record))?.[1]);
    };
    const now = Date.parse("2026-11-29T14:00:00Z");
    assert.equal(at(now + 3600_000, { columns: null, now }), now / 1000);
    assert.equal(at(now - 3600_000, { columns: null, now }), now / 1000 - 3600);
  });

  it("leaves provider and model to the user's own, and keeps its title", () => {
    const header = { ...goose.reader().header(), id: "x", title: "T", cwd: "/home/dev/shop" };
    const start = { event: "start", header } as const;
    const place = { kind: "event", id: "#0", parentId: null, time: null } as const;
    const [head] = goose.writer(options).predict({ ...place, ...start });
    const text = JSON.stringify(head);
    assert.match(text, /"name":"T","user_set_name":1/);
    assert.doesNotMatch(text, /provider_name|model_config_json/);
  });
});

describe("starting Goose", () => {
  const session = { id: "20261129_1", path: "/g/sessions.db#20261129_1", args: [] };

  it("shows what was said, or begins with the prompt", () => {
    const { launch } = goose;
    const shown = launch.resumeArgs({ ...session, prompt: null });
    assert.deepEqual(shown, ["session", "--resume", "--session-id", session.id, "--history"]);
    const asked = launch.resumeArgs({ ...session, prompt: "-v?" });
    assert.deepEqual(asked.slice(-2), ["--interactive", "--text=-v?"]);
    assert.ok(known(launch.start).args({ prompt: "x", file: null, args: [] }).includes("--text=x"));
  });
});

describe("what goose run prints last", () => {
  const refusal = (stdout: string, isAnswered = false): string | null =>
    goose.launch.headless?.refusal?.({ stdout, stderr: "", code: 0, isAnswered }) ?? null;
  const ERROR = "Ran into this error: Rate limit exceeded: No.";
  const RETRY = "Please retry if you think this is a transient or recoverable error.";
  const PRINTED = `   goose is ready\nText.\n${ERROR}\n\n${RETRY}\n\n`;

  it("is why it was refused", () => assert.equal(refusal(PRINTED), ERROR));

  it("is the model's, if its session holds an answer", () =>
    assert.equal(refusal(PRINTED, true), null));

  it("is no refusal, if it continued", () => {
    assert.equal(refusal(`${PRINTED}MARK done.\n`), null);
    assert.equal(refusal(`Text.\n${RETRY}\n`), null);
    assert.equal(refusal(`Text.\n${ERROR}\n`), null);
  });
});
