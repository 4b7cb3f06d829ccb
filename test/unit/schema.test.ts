/** The published JSON Schemas against what Segue prints, and against its types. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Finding } from "../../src/catalog/doctor.ts";
import type { Counts as Held } from "../../src/catalog/info.ts";
import type { Limit, Row } from "../../src/catalog/row.ts";
import type { Hit } from "../../src/catalog/search.ts";
import type { Check } from "../../src/convert/check.ts";
import type { Counts } from "../../src/convert/project/counts.ts";
import { readSession } from "../../src/convert/read/session.ts";
import { LOSSES, type Loss } from "../../src/convert/report/losses.ts";
import type { Report } from "../../src/convert/report/report.ts";
import { Input } from "../../src/io/input.ts";
import type { Side, Write } from "../../src/io/journal.ts";
import { array, isObject, member, string } from "../../src/session/json.ts";
import type {
  EventBody,
  Fault,
  Header,
  Json,
  Message,
  Part,
  Session,
  TextEdit,
  TodoItem,
  ToolUse,
  Usage,
} from "../../src/session/types.ts";
import { fixture, fixtures } from "../support/fixtures.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import { inTurn } from "../support/partners.ts";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, "schema");

function parse(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}

const schemas = new Map(
  readdirSync(FOLDER).map((file) => [
    file.replace(".schema.json", ""),
    known(objectOf(parse(readFileSync(join(FOLDER, file), "utf8")))),
  ]),
);

function objectOf(value: Json | undefined): { [key: string]: Json } | undefined {
  return isObject(value) ? value : undefined;
}

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false });
for (const schema of schemas.values()) ajv.addSchema(schema);

/** Fails with what is wrong unless `document` is valid. */
function valid(name: string, document: Json): void {
  const ok = ajv.validate(`urn:segue:${name}@1`, document);
  assert.ok(ok, `${name}: ${ajv.errorsText(ajv.errors?.slice(0, 4))}`);
}

// A value of each type with all of its keys: those that must be there, and those that may.
type OptionalKey<T> = { [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? K : never };
type RequiredKey<T> = { [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? never : K };
interface Sample<T> {
  must: Pick<T, RequiredKey<T>[keyof T]>;
  may: Required<Pick<T, OptionalKey<T>[keyof T]>>;
}

const time = "2026-11-21T09:00:00.000Z";
const place = { id: "e1", parentId: null, time };

const header: Sample<Header> = {
  must: {
    agent: "codex",
    id: "s1",
    title: null,
    cwd: "/home/dev/shop",
    gitBranch: null,
    gitCommit: null,
    model: null,
    version: null,
    createdAt: time,
    updatedAt: null,
    parent: null,
  },
  may: {},
};

const usage: Sample<Usage> = {
  must: { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 },
  may: {},
};

const edit: Sample<TextEdit> = { must: { old: "a", new: "b" }, may: { all: true } };
const todo: Sample<TodoItem> = { must: { text: "a", status: "pending" }, may: {} };

const uses: { [K in ToolUse["tool"]]: Sample<Extract<ToolUse, { tool: K }>> } = {
  execute: { must: { tool: "execute", command: "ls" }, may: { cwd: "/", timeoutMs: 1 } },
  read: { must: { tool: "read", path: "a" }, may: { offset: 1, limit: 2 } },
  write: { must: { tool: "write", path: "a", content: "b" }, may: {} },
  edit: { must: { tool: "edit", path: "a", edits: [{ ...edit.must, ...edit.may }] }, may: {} },
  patch: { must: { tool: "patch", patch: "*** Begin Patch" }, may: {} },
  search: { must: { tool: "search", pattern: "a" }, may: { path: "b", glob: "*.ts" } },
  glob: { must: { tool: "glob", pattern: "a" }, may: { path: "b" } },
  list: { must: { tool: "list", path: "a" }, may: {} },
  fetch: { must: { tool: "fetch", url: "a" }, may: { prompt: "b" } },
  "web-search": { must: { tool: "web-search", query: "a" }, may: {} },
  todo: { must: { tool: "todo", items: [todo.must] }, may: {} },
  subagent: { must: { tool: "subagent", prompt: "a" }, may: { description: "b", type: "c" } },
  mcp: { must: { tool: "mcp", server: "a", name: "b", input: { c: [1] } }, may: {} },
  ask: { must: { tool: "ask", questions: [] }, may: {} },
  "view-image": { must: { tool: "view-image", path: "a" }, may: {} },
  "notebook-edit": { must: { tool: "notebook-edit", path: "a", input: null }, may: {} },
};

const call = { kind: "tool-call", callId: "c1", name: "Bash", input: "ls" } as const;
const image = { kind: "image", mediaType: "image/png", data: null, url: "https://a" } as const;

const parts: { [K in Part["kind"]]: Sample<Extract<Part, { kind: K }>> } = {
  text: { must: { kind: "text", text: "a" }, may: { told: true } },
  reasoning: { must: { kind: "reasoning", text: "a" }, may: { seal: { signature: "s" } } },
  "tool-call": { must: { ...call, use: uses.execute.must }, may: {} },
  "tool-result": {
    must: {
      kind: "tool-result",
      callId: "c1",
      isError: true,
      content: [{ kind: "text", text: "a" }, image],
    },
    may: { exitCode: 1 },
  },
  image: { must: { kind: "image", mediaType: "image/png", data: "AA==" }, may: { url: "b" } },
  file: {
    must: { kind: "file", name: null, mediaType: "application/pdf", data: "AA==" },
    may: { text: "a", url: "b" },
  },
  other: { must: { kind: "other", type: "a", text: "b" }, may: { unknown: true, cut: true } },
  unread: { must: { kind: "unread", type: "a", reason: "sealed" }, may: {} },
};

const message: Sample<Message> = {
  must: {
    ...place,
    kind: "message",
    role: "assistant",
    parts: [
      ...Object.values(parts).map(({ must, may }) => ({ ...must, ...may })),
      ...Object.values(uses).map(({ must, may }) => ({ ...call, use: { ...must, ...may } })),
      { ...call, use: null },
    ],
  },
  may: {
    group: "g",
    scaffold: true,
    told: true,
    sidechain: "a1",
    model: "m",
    usage: usage.must,
    stop: "aborted",
  },
};

const fault: Fault = {
  ...{ kind: "quota", scope: "daily", status: 429 },
  ...{ retryable: false, source: "record" },
};

const events: { [K in EventBody["event"]]: Sample<Extract<EventBody, { event: K }>> } = {
  start: { must: { event: "start", header: header.must }, may: {} },
  compaction: {
    must: { event: "compaction", summary: "a" },
    may: { keepFrom: "e1", kept: [message.must], tokens: 1 },
  },
  model: { must: { event: "model", model: "a" }, may: { provider: "b" } },
  mode: { must: { event: "mode", mode: "a", value: "b" }, may: {} },
  title: { must: { event: "title", title: "a" }, may: {} },
  limit: { must: { event: "limit", text: "a" }, may: { resetsAt: time, fault } },
  error: { must: { event: "error", text: "a" }, may: { fault } },
  interruption: { must: { event: "interruption" }, may: {} },
  session: { must: { event: "session", before: "a", now: "b" }, may: {} },
  rollback: { must: { event: "rollback", turns: 1 }, may: {} },
  label: { must: { event: "label", target: "e1", label: null }, may: {} },
  hide: { must: { event: "hide", target: "e1" }, may: { instead: [] } },
  carry: { must: { event: "carry", part: 0, parts: 1, data: "AA==" }, may: {} },
  unread: { must: { event: "unread", type: "x", reason: "unsent" }, may: {} },
  opaque: { must: { event: "opaque", type: "x" }, may: { anchor: "e1" } },
};

const session: Sample<Session> = {
  must: {
    schema: "segue/session@1",
    header: header.must,
    entries: [
      { ...message.must, ...message.may },
      ...Object.values(events).map(({ must, may }) => ({
        ...place,
        kind: "event" as const,
        ...must,
        ...may,
      })),
    ],
  },
  may: { subagents: [{ schema: "segue/session@1", header: header.must, entries: [] }] },
};

const loss: Sample<Loss> = {
  must: { code: "tool-foreign", severity: "minor", count: 1, what: "a", where: ["line 1"] },
  may: {},
};

const counts: Sample<Counts> = {
  must: { messages: 1, toolCalls: 2, toolResults: 3, reasoning: 4, images: 5, documents: 6 },
  may: {},
};

const reportMust: Sample<Report>["must"] = {
  schema: "segue/report@1",
  how: "converted",
  source: { agent: "pi", id: "s1", path: null, records: 1, bytes: 2 },
  target: { agent: "codex", id: "s2", path: "b", command: ["codex", "resume", "s2"] },
  counts: counts.must,
  tokens: { estimate: 1, window: null, model: "gpt-5", modelWindow: 400_000, cost: 0.25 },
  losses: [loss.must],
  carry: { path: null, bytes: 1 },
  verified: { readback: true, laws: [2] },
  added: 0,
  stale: 0,
};

const report: Sample<Report> = { must: reportMust, may: { lines: true, subagents: [reportMust] } };

const law: Sample<Check["laws"][number]> = {
  must: { law: 2, through: "pi", ok: true, detail: "a" },
  may: {},
};

const checkLoss: Sample<Check["losses"][number]> = {
  must: { ...loss.must, through: "pi" },
  may: {},
};

const unknown: Sample<Check["unknown"][number]> = {
  must: { what: "<new_kind>", count: 1, line: 1 },
  may: {},
};

const check: Sample<Check> = {
  must: {
    agent: "codex",
    path: "a",
    laws: [law.must],
    losses: [checkLoss.must],
    unknown: [unknown.must],
  },
  may: {},
};

const side: Sample<Side> = {
  must: { agent: "pi", id: "s1", path: "a", bytes: 1, sha256: "0".repeat(64) },
  may: { profile: "pi-work" },
};

const write: Sample<Write> = {
  must: {
    n: 1,
    time,
    action: "append",
    path: "a",
    before: 1,
    madeFolder: null,
    source: side.must,
    target: side.must,
    carry: null,
  },
  may: {
    companions: [{ path: "a", sha256: "0".repeat(64), madeFolder: null }],
    entries: [
      {
        path: "a",
        id: "s1",
        form: "array",
        key: "id",
        at: ["sessions"],
        value: { id: "s1" },
        isNew: false,
        madeFolder: null,
        blank: " ",
      },
    ],
    with: 1,
    backup: "0".repeat(64),
    beforeSha256: "0".repeat(64),
  },
};

const limit: Sample<Limit> = {
  must: {
    ...{ at: time, resetsAt: null, text: "a", kind: "quota", scope: null },
    ...{ retryable: false, source: "record", usedPercent: 97.5 },
  },
  may: {},
};

const row: Sample<Row> = {
  must: {
    agent: "codex",
    profile: null,
    id: "s1",
    title: null,
    cwd: "/home/dev/shop",
    createdAt: time,
    updatedAt: time,
    messages: 1,
    tokens: null,
    model: "m",
    path: "a",
    branch: null,
    parent: null,
    limit: limit.must,
    from: { agent: "pi", profile: null, id: "s2" },
    continuedIn: [{ agent: "gemini", profile: "g-work", id: "s3" }],
  },
  may: {},
};

const held: Sample<Held> = {
  must: {
    prompts: 1,
    toolCalls: 1,
    failedCalls: 0,
    reasoning: 0,
    images: 0,
    files: 0,
    compactions: 0,
  },
  may: {},
};

const hit: Sample<Hit> = { must: { entry: 1, snippet: "a" }, may: {} };

const finding: Sample<Finding> = {
  must: {
    severity: "info",
    about: "tool",
    agent: null,
    path: null,
    what: "a",
    count: 1,
    hint: null,
  },
  may: {},
};

// Every word that a key may have.
const words: {
  role: { [word in Message["role"]]: true };
  stop: { [word in NonNullable<Message["stop"]>]: true };
  how: { [word in Report["how"]]: true };
  severity: { [word in Loss["severity"]]: true };
  status: { [word in TodoItem["status"]]: true };
  action: { [word in Write["action"]]: true };
  about: { [word in Finding["about"]]: true };
  urgency: { [word in Finding["severity"]]: true };
} = {
  role: { user: true, assistant: true, tool: true, system: true },
  stop: { end: true, tool: true, length: true, error: true, aborted: true },
  how: { copied: true, restored: true, converted: true, opened: true },
  severity: { info: true, minor: true, major: true },
  status: { pending: true, in_progress: true, completed: true },
  action: { create: true, append: true },
  about: {
    ...{ store: true, session: true, record: true, tool: true },
    ...{ journal: true, carry: true, config: true },
  },
  urgency: { attention: true, info: true },
};

/** The definition's keys are the type's keys, and those it requires are those the type requires. */
function sameKeys(
  schema: string,
  definition: string | null,
  { must, may }: { must: object; may: object },
  more: readonly string[] = [],
): void {
  const whole = known(schemas.get(schema), `schema ${schema}`);
  const found = definition === null ? whole : member(member(whole, "$defs"), definition);
  const sorted = (keys: Iterable<string>) => [...keys].sort();
  const name = `${schema}/${definition}`;
  const required = [...Object.keys(must), ...more];
  const properties = known(objectOf(member(found, "properties")), name);
  assert.deepEqual(
    sorted(Object.keys(properties)),
    sorted([...required, ...Object.keys(may)]),
    name,
  );
  const requires = array(member(found, "required")).map((key) => string(key) ?? "");
  assert.deepEqual(sorted(requires), sorted(required), `${name}: required`);
}

function defNamed(kind: string, ending: string): string {
  return kind.replace(/(?:^|-)(\w)/g, (_, first: string) => first.toUpperCase()) + ending;
}

describe("types and schemas name the same keys", () => {
  it("session", () => {
    sameKeys("session", null, session);
    sameKeys("session", "Header", header);
    sameKeys("session", "Message", message);
    sameKeys("session", "Usage", usage);
    sameKeys("session", "TextEdit", edit);
    sameKeys("session", "TodoItem", todo);
    for (const [kind, sample] of Object.entries(parts)) {
      sameKeys("session", defNamed(kind, "Part"), sample);
    }
    for (const [tool, sample] of Object.entries(uses)) {
      sameKeys("session", defNamed(tool, "Use"), sample);
    }
    for (const [event, sample] of Object.entries(events)) {
      sameKeys("session", defNamed(event, "Event"), sample, [...Object.keys(place), "kind"]);
    }
  });

  it("unions have no other members", () => {
    const defs = member(schemas.get("session"), "$defs");
    const members = (name: string) => array(member(member(defs, name), "oneOf")).length;
    assert.equal(members("Part"), Object.keys(parts).length);
    assert.equal(members("ToolUse"), Object.keys(uses).length);
    assert.equal(members("Event"), Object.keys(events).length);
  });

  it("report, check and log", () => {
    sameKeys("report", null, report);
    sameKeys("report", "Counts", counts);
    sameKeys("report", "Loss", loss);
    sameKeys("check", "Check", check);
    sameKeys("check", "Unknown", unknown);
    sameKeys("check", "One", check, ["schema"]);
    sameKeys("check", "Law", law);
    sameKeys("check", "Loss", checkLoss);
    sameKeys("log", "Write", write);
    sameKeys("log", "Side", side);
  });

  it("list, search, info and doctor", () => {
    const parts = { bytes: 1, counts: held.must, subagents: 0 };
    sameKeys("info", null, { must: { ...row.must, ...parts }, may: {} }, ["schema"]);
    sameKeys("info", "Counts", held);
    sameKeys("list", "Listed", row);
    sameKeys("list", "Line", row, ["schema"]);
    sameKeys("search", "Found", row, ["hits"]);
    sameKeys("search", "Line", row, ["schema", "hits"]);
    for (const schema of ["list", "search"]) sameKeys(schema, "Limit", limit);
    sameKeys("search", "Hit", hit);
    const unread = { agent: true, path: true, why: true, hint: true };
    for (const schema of ["list", "search", "limits"]) {
      sameKeys(schema, "Unread", { must: unread, may: {} });
    }
    sameKeys("doctor", "Finding", finding);
  });

  it("words", () => {
    const allowed = (schema: string, definition: string | null, key: string) => {
      const whole = schemas.get(schema);
      const found = definition === null ? whole : member(member(whole, "$defs"), definition);
      const values = array(member(member(member(found, "properties"), key), "enum"));
      return values.map((value) => string(value)).sort();
    };
    const all = (known: object) => Object.keys(known).sort();
    assert.deepEqual(allowed("session", "Message", "role"), all(words.role));
    assert.deepEqual(allowed("session", "Message", "stop"), all(words.stop));
    assert.deepEqual(allowed("session", "TodoItem", "status"), all(words.status));
    assert.deepEqual(allowed("report", null, "how"), all(words.how));
    assert.deepEqual(allowed("report", "Loss", "severity"), all(words.severity));
    assert.deepEqual(allowed("check", "Loss", "severity"), all(words.severity));
    assert.deepEqual(allowed("log", "Write", "action"), all(words.action));
    assert.deepEqual(allowed("doctor", "Finding", "about"), all(words.about));
    assert.deepEqual(allowed("doctor", "Finding", "severity"), all(words.urgency));
  });

  it("every kind at once is valid, and a key too many is not", () => {
    const plain = (value: object) => parse(JSON.stringify(value));
    valid("session", plain(session.must));
    valid("report", plain(report.must));
    valid("check", plain({ schema: "segue/check@1", ...check.must }));
    valid("log", plain({ schema: "segue/log@1", writes: [write.must] }));
    const unread = [{ agent: "zed", path: "/a.db#1", why: "it is damaged", hint: "restore it" }];
    valid("list", plain({ schema: "segue/list@1", sessions: [row.must], unread }));
    for (const code of Object.keys(LOSSES)) {
      valid("report", plain({ ...report.must, losses: [{ ...loss.must, code }] }));
    }
    assert.throws(() => valid("session", plain({ ...session.must, more: 1 })));
    assert.throws(() => valid("session", plain({ ...session.must, entries: [{ kind: "event" }] })));
    assert.throws(() => valid("report", plain({ ...report.must, carry: {} })));
  });
});

describe("sessions of every fixture are valid", () => {
  for (const { agent, name, path } of inTurn(fixtures, 2)) {
    it(name, () => {
      const input = new Input(path);
      valid("session", parse(JSON.stringify(readSession(agent, input, []))));
      input.close();
    });
  }
});

describe("what the commands print is valid", () => {
  const folder = temporaryFolder();
  const segue = (...args: string[]) =>
    execFileSync(process.execPath, [join(ROOT, "src/bin.ts"), ...args], {
      cwd: folder,
      encoding: "utf8",
      env: { PATH: "", HOME: folder, SEGUE_HOME: join(folder, "state") },
      stdio: ["ignore", "pipe", "ignore"],
    });
  const ID = "5bc11129";

  before(() => {
    for (const name of ["claude-code/basic", "codex/basic", "pi/basic"]) {
      cpSync(join(ROOT, "test/fixtures", name), folder, { recursive: true });
    }
  });

  it("show", () => valid("session", parse(segue("show", ID, "--json"))));
  it("info", () => valid("info", parse(segue("info", ID, "--json"))));
  it("list", () => {
    const listed = parse(segue("list", "--all", "--json"));
    assert.equal(array(member(listed, "sessions")).length, 3);
    valid("list", listed);
    for (const line of segue("list", "--all", "--jsonl").trimEnd().split("\n")) {
      valid("list", parse(line));
    }
  });
  it("scan, search and doctor", () => {
    valid("scan", parse(segue("scan", "--json")));
    const found = parse(segue("search", "MARK-USER-1", "--json"));
    assert.equal(array(member(found, "sessions")).length, 3);
    valid("search", found);
    const line = segue("search", "MARK-USER-1", "--jsonl", "-n", "1");
    valid("search", parse(line));
    valid("doctor", parse(segue("doctor", "--json")));
  });
  it("keep", () => {
    valid("keep", parse(segue("keep", "--json")));
    valid("archive", parse(segue("keep", "--verify", "--json")));
  });
  it("config", () => {
    writeFileSync(join(folder, ".segue.yml"), "in: codex\n");
    valid("config", parse(segue("config", "--json")));
    rmSync(join(folder, ".segue.yml"));
  });
  it("agents", () => valid("agents", parse(segue("agents", "--json"))));

  it("limits", () => valid("limits", parse(segue("limits", "--json"))));
  it("check", () => {
    valid("check", parse(segue("check", ID, "--json")));
    valid("check", parse(segue("check", "--all", "--json")));
  });
  it("convert, and back", () => {
    const { path } = fixture("codex/basic");
    valid("report", parse(segue("convert", path, "--to", "pi", "-o", "there.jsonl", "--json")));
    segue("convert", "there.jsonl", "--to", "codex", "-o", "back.jsonl", "--report", "back.json");
    const back = parse(readFileSync(join(folder, "back.json"), "utf8"));
    assert.equal(member(back, "how"), "restored");
    valid("report", back);
    assert.deepEqual(readFileSync(join(folder, "back.jsonl")), readFileSync(path));
    const copied = segue("convert", path, "--to", "codex", "-o", "copy.jsonl", "--json");
    valid("report", parse(copied));
  });
  const WRITE = ["--no-launch", "--json", "--cwd", "/home/dev/shop"];

  it("resume and log", () => {
    const dry = segue("resume", ID, "--in", "pi", "--dry-run", "--json");
    valid("report", parse(dry));
    valid("log", parse(segue("log", "--json")));
    const hand = () => segue("resume", ID, "--in", "codex", ...WRITE);
    valid("report", parse(hand()));
    const again = parse(hand());
    assert.equal(member(again, "how"), "opened");
    valid("report", again);
    valid("report", parse(segue("resume", ID, ...WRITE)));
    const log = parse(segue("log", "--json"));
    assert.equal(array(member(log, "writes")).length, 1);
    valid("log", log);
  });
  it("a session that says nothing", () => {
    writeFileSync(join(folder, "empty.jsonl"), '{"type":"mode","sessionId":"s1"}\n');
    valid("session", parse(segue("show", "empty.jsonl", "--json")));
  });
});
