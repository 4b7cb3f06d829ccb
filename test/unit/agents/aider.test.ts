import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { history, split } from "../../../src/agents/aider/document.ts";
import { aider } from "../../../src/agents/aider/index.ts";
import { launch } from "../../../src/agents/aider/launch.ts";
import { tokensIn } from "../../../src/agents/aider/limits.ts";
import { idOf } from "../../../src/agents/aider/place.ts";
import { store } from "../../../src/agents/aider/store.ts";
import { parseValue } from "../../../src/lossless/json-text.ts";
import { emptyHeader } from "../../../src/session/header.ts";
import {
  callAsText,
  isCallText,
  reasoningAsText,
  resultHeading,
} from "../../../src/session/text.ts";
import type { Entry, Json, Message, Part, TextPart } from "../../../src/session/types.ts";
import { known, temporaryFolder } from "../../support/folder.ts";
import "../../support/seed.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures");
const root = temporaryFolder();
const database = known(store.database);

function bytesOf(variant: string): Buffer {
  return readFileSync(join(FIXTURES, "aider", variant, ".aider.chat.history.md"));
}

function read(bytes: Buffer | string): Entry[] {
  const reader = aider.reader();
  return split(Buffer.from(bytes)).flatMap((record, at) => reader.read(record, at));
}

function messages(bytes: Buffer | string): Message[] {
  return read(bytes).filter((entry): entry is Message => entry.kind === "message");
}

const text = (words: string): TextPart => ({ kind: "text", text: words });

function say(role: Message["role"], ...parts: Part[]): Message {
  return { kind: "message", id: "", parentId: null, time: null, role, parts };
}

/** The history that the writer makes. */
function written(entries: readonly Entry[]): string {
  const writer = aider.writer({ seed: "s", cliVersion: null });
  const records = entries.flatMap((entry): Json[] => {
    const next = writer.predict(entry);
    for (const record of next) writer.commit(record);
    return next;
  });
  return history.join(records).toString("utf8");
}

/** As Aider 0.86.2 takes a history apart (`split_chat_history_markdown`, and Python's `splitlines`). */
function sentBy(file: string): { role: string; content: string }[] {
  const out: { role: string; content: string }[] = [];
  const lines = file
    .replace(/\r\n?/g, "\n")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: Python's line ends
    .match(/[^\n\v\f\x1c-\x1e\x85\u2028\u2029]*(?:[\n\v\f\x1c-\x1e\x85\u2028\u2029]|$)/g);
  const held: { user: string; assistant: string } = { user: "", assistant: "" };
  const put = (role: "user" | "assistant"): void => {
    if (held[role].trim() !== "") out.push({ role, content: held[role] });
    held[role] = "";
  };
  for (const line of lines ?? []) {
    if (line.startsWith("# ")) continue;
    if (line.startsWith("> ")) {
      put("assistant");
      put("user");
    } else if (line.startsWith("#### ")) {
      put("assistant");
      held.user += line.slice(5);
    } else if (line !== "") {
      put("user");
      held.assistant += line;
    }
  }
  put("assistant");
  put("user");
  return out;
}

describe("reading", () => {
  it("gives prompts, reasoning and answers, with their headings and quotations", () => {
    const [echo, prompt, answer] = messages(bytesOf("basic"));
    assert.equal(echo?.scaffold, true);
    assert.deepEqual(prompt?.parts, [
      text("Please extend the README: Größe, 価格 🍐\nsecond line of the prompt"),
    ]);
    assert.deepEqual(
      answer?.parts.map(({ kind }) => kind),
      ["reasoning", "text"],
    );
    const [reasoning, said] = answer?.parts ?? [];
    assert.deepEqual(reasoning, { kind: "reasoning", text: "Thinking one about the readme." });
    assert.match(said?.kind === "text" ? said.text : "", /^I will extend/);
    assert.match(
      said?.kind === "text" ? said.text : "",
      /\n# A heading.*\n> a quoted.*\n#### four/,
    );
  });

  it("takes no line of a prompt in the command line for an answer", () => {
    const [echo, ...rest] = messages(bytesOf("marks"));
    assert.equal(echo?.scaffold, true);
    assert.deepEqual(
      rest.map(({ role }) => role),
      ["user", "assistant", "user", "assistant"],
    );
  });

  it("knows why an edit failed, which the model was told", () => {
    const told = messages(bytesOf("failing")).filter((entry) => entry.told);
    assert.equal(told.length, 1);
    assert.match(JSON.stringify(told[0]?.parts), /1 SEARCH\/REPLACE block failed to match!/);
  });

  it("does not take the user's commands for requests", () => {
    const asked = messages(bytesOf("commands")).filter(
      ({ role, told }) => role === "user" && !told,
    );
    assert.deepEqual(
      asked.map(({ parts }) => parts),
      [[text("First question")], [text("What is in it?")], [text("After the clear")]],
    );
  });

  it("has the same conversation with the line ends of Windows, and without trailing spaces", () => {
    const said = (bytes: Buffer | string) =>
      messages(bytes).map(({ role, parts }) => [role, parts]);
    const file = bytesOf("edits");
    assert.deepEqual(said(bytesOf("windows")), said(file));
    const stripped = said(file.toString("utf8").replace(/ +$/gm, ""));
    assert.deepEqual(
      stripped.filter(([role]) => role === "user").slice(-1),
      said(file)
        .filter(([role]) => role === "user")
        .slice(-1),
    );
  });

  it("knows the model, the version and when the runs began", () => {
    const reader = aider.reader();
    split(bytesOf("basic")).forEach((record, at) => void reader.read(record, at));
    const { model, version, createdAt, updatedAt, id } = reader.header();
    assert.equal(model, "openai/mock-model");
    assert.equal(version, "0.86.2");
    assert.equal(createdAt, new Date("2026-11-28T12:01:51").toISOString());
    assert.equal(updatedAt, new Date("2026-11-28T12:03:27").toISOString());
    assert.match(id, /^[0-9a-f]{16}$/);
  });

  it("tells limits and interruptions", () => {
    const events = (variant: string) =>
      read(bytesOf(variant)).flatMap((entry) => (entry.kind === "event" ? [entry] : []));
    const limit = events("limit-429").find(({ event }) => event === "limit");
    assert.equal(
      limit?.event === "limit" && limit.text,
      "Rate limit reached for mock-model. Please try again in 20s.",
    );
    const quota = events("quota").find(({ event }) => event === "limit");
    assert.match(
      String(quota?.event === "limit" && quota.text),
      /^You exceeded your current quota/,
    );
    assert.ok(events("interrupted").some(({ event }) => event === "interruption"));
  });

  it("knows how many tokens the model was sent", () => {
    assert.equal(tokensIn("Tokens: 2.4k sent, 154 received."), 2400);
    assert.equal(tokensIn("Tokens: 152 sent, 6 received."), 152);
    assert.equal(tokensIn("Tokens: 1.2M sent, 3.4k cache hit, 154 received."), 1_200_000);
    assert.equal(tokensIn("Applied edit to README.md"), undefined);
  });
});

describe("the file", () => {
  it("is given again by its records, whatever it holds", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        ..."# |> |#### |\n|\r\n|  \n|  |\u2028|> segue: a space before line 1 of this answer keeps it from being left out  \n".split(
          "|",
        ),
        "\n# aider chat started at 2026-11-29 10:00:00\n\n",
        "> segue title: x  \n",
        "> Aider v0.86.2\n",
      ),
    );
    const files = fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join("")));
    fc.assert(fc.property(files, (file) => assert.ok(history.join(split(file)).equals(file))));
    const odd = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
    fc.assert(fc.property(odd, (file) => assert.ok(history.join(split(file)).equals(file))));
  });

  it("has the records of which it was made", () => {
    const words = fc
      .array(
        fc.oneof(
          fc.string({ unit: "binary", maxLength: 8 }),
          fc.constantFrom(..."# |> |#### |\n|\r|\r\n|  |\v|\u2028| ".split("|")),
        ),
        { minLength: 1, maxLength: 12 },
      )
      .map((pieces) => pieces.join("").toWellFormed());
    const said = fc.array(fc.tuple(fc.boolean(), words), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(said, (turns) => {
        const start: Entry = {
          kind: "event",
          id: "s",
          parentId: null,
          time: null,
          event: "start",
          header: { ...emptyHeader("aider"), id: "0123456789abcdef", cwd: "/p" },
        };
        const writer = aider.writer({ seed: "s", cliVersion: null });
        const entries = turns.map(([isUser, one]) => say(isUser ? "user" : "assistant", text(one)));
        const records = [start, ...entries].flatMap((entry) => {
          const next = writer.predict(entry);
          for (const record of next) writer.commit(record);
          return next;
        });
        assert.deepEqual(split(history.join(records)), records.slice(1));
      }),
    );
  });

  it("makes Aider send every line of every message, in its role", () => {
    const line = fc.constantFrom(
      "# x",
      "> x",
      "#### x",
      " # y",
      "plain",
      "",
      "    # z",
      "```py",
      "\u2028# s",
    );
    const said = fc.array(fc.tuple(fc.boolean(), fc.array(line, { minLength: 1, maxLength: 6 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(said, (turns) => {
        const wanted = turns
          .map(([isUser, lines]) => ({
            role: isUser ? "user" : "assistant",
            text: lines.join("\n"),
          }))
          .filter((one) => one.role === "user" || one.text.trim() !== "");
        const file = written(
          wanted.map((one) => say(one.role === "user" ? "user" : "assistant", text(one.text))),
        );
        const bare = (words: string) => words.split(/[\n\u2028]/).map((one) => one.trim());
        const whole = (words: string) =>
          bare(words)
            .filter((one) => one !== "")
            .join("\n");
        assert.deepEqual(
          sentBy(file).map(({ role, content }) => [role, whole(content)]),
          wanted.filter((one) => one.text.trim() !== "").map((one) => [one.role, whole(one.text)]),
        );
      }),
    );
  });

  it("is read as Aider itself reads it where Aider loses nothing", () => {
    const sent = sentBy(bytesOf("imported").toString("utf8"));
    const said = messages(bytesOf("imported")).filter(({ scaffold }) => !scaffold);
    assert.deepEqual(
      sent.map(({ role }) => role),
      said.map(({ role }) => role),
    );
  });
});

describe("writing", () => {
  it("keeps two answers apart, and says which spaces are its own", () => {
    const file = written([
      say("user", text("do it\nnow")),
      say("assistant", text("one\n# two\nthree\n> four\n#### five")),
      say("assistant", text("and more")),
    ]);
    assert.equal(
      file,
      [
        "\n#### do it  \n#### now  \n",
        "> segue: a space before lines 2, 4-5 of this answer keeps it from being left out  \n",
        "\none\n # two\nthree\n > four\n #### five\n\n",
        "> segue: another answer  \n",
        "\nand more\n\n",
      ].join(""),
    );
    const parts = messages(file).map((message) => message.parts);
    assert.deepEqual(parts[1], [text("one\n# two\nthree\n> four\n#### five")]);
  });

  it("writes as the file does: with the line ends that it has", () => {
    const writer = aider.writer({ seed: "s", cliVersion: null });
    for (const record of split(bytesOf("windows"))) writer.commit(record);
    const next = writer.predict(say("user", text("go on")));
    assert.equal(history.join(next).toString(), "\r\n#### go on  \r\n");
  });

  it("takes a title on one line, and reads it again", () => {
    const title: Entry = { ...event, event: "title", title: "Two\n> lines" };
    const file = written([title]);
    assert.equal(file, "> segue title: Two > lines  \n");
    assert.deepEqual(read(file)[0], { ...event, id: "#0", event: "title", title: "Two > lines" });
  });

  it("gives reasoning of its own back in its tags, and quoted reasoning as reasoning", () => {
    const answer = say("assistant", { kind: "reasoning", text: "hm" }, text("yes"));
    assert.deepEqual(messages(written([answer]))[0]?.parts, answer.parts);
    const quoted = say("assistant", text(`${reasoningAsText("why\n\nnot")}\n\nyes`));
    assert.deepEqual(messages(written([quoted]))[0]?.parts, [
      { kind: "reasoning", text: "why\n\nnot" },
      text("yes"),
    ]);
  });
});

const event = { kind: "event", id: "#0", parentId: null, time: null } as const;

describe("calls as text", () => {
  it("names the tool and gives each argument as it is", () => {
    assert.equal(
      callAsText("Write", { path: "/x", content: "one\ntwo", n: 1 }),
      "[Tool call: Write]\npath: /x\ncontent:\none\ntwo\nn: 1",
    );
    assert.equal(callAsText("run", "ls"), "[Tool call: run]\nls");
    assert.equal(resultHeading("run", true), "[Tool result of run, failed]");
  });

  it("is told again", () => {
    assert.ok(isCallText(`${resultHeading("run", false)}\nout`));
    assert.ok(isCallText(resultHeading(undefined, true)));
    assert.ok(!isCallText("[Tool resulting in nothing]"));
    const [result] = messages(written([say("user", text(`${resultHeading("run", false)}\nout`))]));
    assert.equal(result?.told, true);
  });
});

it("a note that names more lines than there are is none", () => {
  const ranges = Array.from({ length: 200 }, () => "1-999999").join(", ");
  const note = `> segue: a space before lines ${ranges} of this answer keeps it from being left out`;
  const start = "# aider chat started at 2026-11-28 12:01:51\n\n> Aider v0.86.2  \n\n#### hi  \n";
  const bytes = Buffer.from(`${start}\n${note}  \n\nan answer\n\n`);
  assert.ok(history.join(split(bytes)).equals(bytes));
  assert.deepEqual(
    messages(bytes).map(({ role }) => role),
    ["user", "assistant"],
  );
});

describe("the store", () => {
  const project = (): string => {
    const folder = mkdtempSync(join(root, "project-"));
    mkdirSync(join(folder, ".git"));
    mkdirSync(join(folder, "sub/deep"), { recursive: true });
    return folder;
  };

  it("finds the project's histories from any folder in it, and no others", async () => {
    const folder = project();
    const own = join(folder, ".aider.chat.history.md");
    writeFileSync(own, bytesOf("basic"));
    writeFileSync(join(folder, ".aider.chat.history.0123456789abcdef.md"), bytesOf("basic"));
    writeFileSync(join(folder, ".aider.chat.history.notes.md"), "x");
    symlinkSync(own, join(folder, "sub/.aider.chat.history.md"));
    mkdirSync(join(folder, "sub/deep/.aider.chat.history.md"));
    const ids = async (at: string) => {
      const [root = ""] = store.roots({}, undefined, at);
      return (await store.find(root)).map(({ id }) => id).sort();
    };
    assert.deepEqual(await store.find(join(folder, "sub/deep")), []);
    assert.equal((await store.find(folder)).length, 2);
    assert.deepEqual(await ids(join(folder, "sub/deep")), ["0123456789abcdef", idOf(own)].sort());
    assert.deepEqual(await ids(folder), await ids(join(folder, "sub")));
    assert.deepEqual(store.roots({}, undefined, folder), [own]);
    const env = { AIDER_CHAT_HISTORY_FILE: "notes/all.md" };
    assert.deepEqual(store.roots(env, undefined, folder), [join(folder, "notes/all.md"), own]);
  });

  it("finds a history of another name, which a variable or a config file names", async () => {
    const folder = project();
    const [renamed, text, notes] = ["sub/chat.md", "history.txt", "sub/notes.md"].map((name) =>
      join(folder, name),
    );
    assert.ok(renamed && text && notes);
    writeFileSync(renamed, bytesOf("basic"));
    writeFileSync(text, bytesOf("basic"));
    writeFileSync(notes, "# Notes\n");
    const found = async (env: NodeJS.ProcessEnv) => {
      const all = await Promise.all(store.roots(env, undefined, folder).map(store.find));
      return all.flat().map(({ path }) => path);
    };
    assert.deepEqual(await found({}), []);
    assert.deepEqual(await found({ AIDER_CHAT_HISTORY_FILE: "history.txt" }), [text]);
    assert.deepEqual(await found({ AIDER_CHAT_HISTORY_FILE: notes }), []);
    const config = join(folder, ".aider.conf.yml");
    writeFileSync(config, "model: lab\nchat-history-file: './sub/chat.md' # mine\n");
    assert.deepEqual(await found({}), [renamed]);
    writeFileSync(config, "chat-history-file: [\n");
    assert.deepEqual(await found({}), []);
    assert.ok(database.holds(renamed) && !database.holds(notes));
    const [head = ""] = known(database.read(renamed, idOf(renamed)));
    assert.deepEqual(parseValue(head), { aider: "session", id: idOf(renamed), cwd: folder });
  });

  it("puts a session from elsewhere beside the user's own history", () => {
    const header = { ...emptyHeader("aider"), id: "0123456789abcdef", cwd: "/home/dev/shop" };
    const path = store.pathFor("/anywhere", header, {});
    assert.equal(path, "/home/dev/shop/.aider.chat.history.0123456789abcdef.md");
    assert.equal(idOf(path), header.id);
    assert.match(
      known(aider.sessionId)("01a2b3c4-d5e6-7f80-9123-456789abcdef", null),
      /^[0-9a-f]{16}$/,
    );
  });

  it("appends to a history what came home, and takes it back", () => {
    const path = join(project(), ".aider.chat.history.md");
    writeFileSync(path, bytesOf("basic"));
    const id = idOf(path);
    const before = known(database.read(path, id));
    const more = JSON.stringify({ aider: "user", text: "home again" });
    database.replace(path, id, before, [...before, more]);
    assert.equal(readFileSync(path, "utf8"), `${bytesOf("basic")}\n#### home again  \n`);
    assert.deepEqual(database.read(path, id), [...before, more]);
    database.replace(path, id, [...before, more], before);
    assert.ok(readFileSync(path).equals(bytesOf("basic")));
  });

  it("refuses to change what continued, and what is another's", () => {
    const path = join(project(), ".aider.chat.history.md");
    writeFileSync(path, bytesOf("basic"));
    const id = idOf(path);
    const before = known(database.read(path, id));
    appendFileSync(path, "\n#### more  \n");
    const now = readFileSync(path);
    assert.throws(() => database.replace(path, id, before, null), /has changed in the meantime/);
    assert.throws(
      () => database.replace(path, "0123456789abcdef", before, null),
      /another session/,
    );
    const other = JSON.stringify({ aider: "session", id: "0123456789abcdef", cwd: "/" });
    const own = known(database.read(path, id));
    assert.throws(() => database.replace(path, id, own, [other]), /another session/);
    assert.ok(readFileSync(path).equals(now));
    assert.equal(database.read(path, "0123456789abcdef"), null);
  });

  it("adds nothing to a history that Aider would not send", () => {
    const path = join(project(), ".aider.chat.history.md");
    const latin = Buffer.concat([bytesOf("basic"), Buffer.from("\n#### caf\xe9  \n", "latin1")]);
    writeFileSync(path, latin);
    const id = idOf(path);
    const before = known(database.read(path, id));
    const more = JSON.stringify({ aider: "user", text: "home again" });
    assert.throws(() => database.replace(path, id, before, [...before, more]), /not UTF-8/);
    assert.ok(readFileSync(path).equals(latin));
  });

  it("adds nothing to a line that has no end", () => {
    const path = join(project(), ".aider.chat.history.md");
    const torn = bytesOf("basic").subarray(0, -8);
    writeFileSync(path, torn);
    const id = idOf(path);
    const before = known(database.read(path, id));
    const more = JSON.stringify({ aider: "user", text: "home again" });
    assert.throws(() => database.replace(path, id, before, [...before, more]), /is incomplete/);
    assert.ok(readFileSync(path).equals(torn));
  });

  it("makes a new history only where there is none", () => {
    const path = join(project(), ".aider.chat.history.0123456789abcdef.md");
    const lines = [
      JSON.stringify({ aider: "session", id: "0123456789abcdef", cwd: "/" }),
      JSON.stringify({ aider: "user", text: "hello" }),
    ];
    database.replace(path, "0123456789abcdef", null, lines);
    assert.throws(() => database.replace(path, "0123456789abcdef", null, lines), /already exists/);
    const there = known(database.read(path, "0123456789abcdef"));
    database.replace(path, "0123456789abcdef", there, null);
    assert.ok(!existsSync(path));
  });

  it("is renamed with its id alone", () => {
    const lines = split(bytesOf("basic")).map((record) => JSON.stringify(record));
    const head = JSON.stringify({ aider: "session", id: "0123456789abcdef", cwd: "/p" });
    const [renamed = "", ...rest] = database.renamed([head, ...lines], "fedcba9876543210");
    assert.deepEqual(parseValue(renamed), { aider: "session", id: "fedcba9876543210", cwd: "/p" });
    assert.deepEqual(rest, lines);
  });

  it("reads every fixture as its bytes", () => {
    const files = globSync("{aider/*/.aider*.md,hostile/aider-*.md}", { cwd: FIXTURES });
    assert.ok(files.length > 15);
    for (const name of files) {
      const bytes = readFileSync(join(FIXTURES, name));
      assert.ok(history.join(split(bytes)).equals(bytes), name);
    }
  });
});

describe("starting", () => {
  const session = { id: "0123456789abcdef", prompt: null, args: [] };

  it("restores the very file, without a summary of it", () => {
    const path = "/p/.aider.chat.history.md#0123456789abcdef";
    assert.deepEqual(launch.resumeArgs({ ...session, path }), [
      "--chat-history-file",
      "/p/.aider.chat.history.md",
      "--restore-chat-history",
      "--max-chat-history-tokens",
      "1000000000",
    ]);
  });

  it("leaves the user's own limit alone", () => {
    const args = ["--max-chat-history-tokens=5000", "--model", "x"];
    const all = launch.resumeArgs({ ...session, path: "/p/h.md#1", args });
    assert.deepEqual(all.slice(2), ["--restore-chat-history", ...args]);
  });
});
