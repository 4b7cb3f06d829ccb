/**
 * What happens to session files, and what nobody expects to: a session is changed record by record,
 * value by value and byte by byte, with an eye for what its records hold.
 */
import { isObject } from "../../src/session/json.ts";
import type { Json, JsonObject } from "../../src/session/types.ts";
import type { Random } from "./random.ts";

/** Lines of a session without their line feeds, and those of another to take some from. */
export interface Material {
  lines: readonly string[];
  others: readonly string[];
}

const MOST_CHANGES = 4;

export function mutated({ lines, others }: Material, random: Random): Buffer {
  const now = [...lines];
  for (let n = 1 + random.below(MOST_CHANGES); n > 0; n--) random.one(CHANGES)(now, others, random);
  const bytes = Buffer.from(joined(now, random), "utf8");
  return random.chance(0.15) ? random.one(BYTES)(bytes, random) : bytes;
}

type Change = (lines: string[], others: readonly string[], random: Random) => void;

/** Several times where it finds more. */
const CHANGES: readonly [Change, ...Change[]] = [
  (lines, _, random) => void lines.splice(random.below(lines.length), 1),
  (lines, _, random) => lines.splice(random.below(lines.length), 0, random.one(lines) ?? ""),
  (lines, _, random) => {
    const [a, b] = [random.below(lines.length), random.below(lines.length)];
    [lines[a], lines[b]] = [lines[b] ?? "", lines[a] ?? ""];
  },
  (lines, _, random) => void lines.splice(0, random.below(lines.length)),
  (lines, others, random) => {
    const from = random.below(others.length);
    lines.splice(
      random.below(lines.length + 1),
      0,
      ...others.slice(from, from + 1 + random.below(4)),
    );
  },
  (lines, _, random) => {
    const at = random.below(lines.length);
    lines[at] = (lines[at] ?? "").slice(0, random.below((lines[at] ?? "").length));
  },
  (lines, _, random) => {
    const at = random.below(lines.length);
    lines.splice(at, 2, (lines[at] ?? "") + (lines[at + 1] ?? ""));
  },
  (lines, _, random) => lines.splice(random.below(lines.length), 0, random.one(ODD_LINES)),
  inRecord((record, random) => changedAt(record, random, () => random.one(ODD_VALUES))),
  inRecord((record, random) => changedAt(record, random, () => random.one(ODD_VALUES))),
  inRecord((record, random) => changedAt(record, random, (old) => retyped(old, random))),
  inRecord((record, random) => changedAt(record, random, (old) => retyped(old, random))),
  inRecord((record, random) => changedAt(record, random, (old) => deeper(old, random))),
  inRecord((record, random) => changedObject(record, random, withoutKey)),
  inRecord((record, random) => changedObject(record, random, withKey)),
  inRecord((record, random) => changedObject(record, random, turnedRound)),
  inRecord((record, random) => changedAt(record, random, (old) => repeatedItems(old))),
  inRecord((record, random) => changedAt(record, random, (old) => oddText(old, random))),
  inRecord((record, random) => changedAt(record, random, (old) => oddText(old, random))),
  (lines, _, random) => {
    const at = random.below(lines.length);
    lines[at] = spelled(lines[at] ?? "", random);
  },
  sameId,
  (lines, _, random) => {
    const at = random.below(lines.length);
    lines[at] = (lines[at] ?? "").replace(
      /:(?:\d+|true|null)(?=[,}])/,
      () => `:${random.one(ODD_NUMBERS)}`,
    );
  },
];

const ODD_LINES = [
  ...["", " ", "null", "true", "0", '""', "[]", "{}", "[[]]", "{", "}", "\u0000\u0000", "not JSON"],
  ...[
    '{"type":"segue_unheard_of","text":"WORDS"}',
    '{"type":"user"}',
    '{"__proto__":{"type":"user"}}',
  ],
  ...['{"type":"user","message":null}', '{"type":"message","message":{"role":"user"}}', "\ufeff{}"],
  ...[
    '{"type":"user","type":"assistant"}',
    '{"payload":{},"type":"response_item"}',
    "\u2028",
    "#!",
  ],
] as const;

const ODD_NUMBERS = [
  ...["1e400", "-1e400", "-0", "1.0", "1E5", "123456789012345678901234567890", "0.1e-7", "-1"],
  ...["9007199254740993", "1e21", "5e-324"],
] as const;

const ODD_VALUES: readonly [Json, ...Json[]] = [
  null,
  ...([
    true,
    false,
    0,
    -1,
    2 ** 53,
    1e21,
    "",
    " ",
    "\n",
    "x",
    [],
    {},
    [[]],
    [null],
    [""],
  ] satisfies Json[]),
  ...[
    "__proto__",
    "constructor",
    "\ud800",
    "a\udc00b",
    "\u0000",
    "\u202e\u{e0041}",
    "🐢".repeat(50),
  ],
  ...[{ __proto__: null, type: "text" }, { type: "text", text: "WORDS" }, { type: "image" }],
  ...[[{ type: "text", text: "WORDS" }], [{ type: "tool_use" }], [{ type: "tool_result" }]],
  ...["2026-13-45T99:99:99Z", "1970-01-01T00:00:00.000Z", "long ".repeat(20_000), "/etc/passwd"],
  ...[
    "../../up",
    "toolu_1",
    "call_1",
    "user",
    "assistant",
    "system",
    "<system-reminder>",
    "```\n# h",
  ],
];

const KEYS = [
  ...["__proto__", "constructor", "toString", "type", "role", "content", "text", "id", "parentId"],
  ...["uuid", "parentUuid", "0", "", "message", "payload", "unheard_of", "\ud800", "cache_control"],
] as const;

function inRecord(change: (record: Json, random: Random) => Json): Change {
  return (lines, _, random) => {
    const at = random.below(lines.length);
    const record = parsed(lines[at] ?? "");
    if (record === undefined) return;
    const text = JSON.stringify(change(record, random));
    if (text !== undefined) lines[at] = text;
  };
}

function parsed(line: string): Json | undefined {
  try {
    const value: Json = JSON.parse(line);
    return value;
  } catch {
    return undefined;
  }
}

/** Somewhere in the value: deep places are as likely as those at the top. */
function changedAt(value: Json, random: Random, change: (old: Json) => Json): Json {
  if (typeof value !== "object" || value === null || random.chance(0.2)) return change(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return change(value);
    const at = random.below(value.length);
    return value.map((item, n) => (n === at ? changedAt(item, random, change) : item));
  }
  const keys = Object.keys(value);
  if (keys.length === 0) return change(value);
  const at = random.one(keys);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === at ? changedAt(item, random, change) : item,
    ]),
  );
}

function changedObject(
  value: Json,
  random: Random,
  change: (old: JsonObject, random: Random) => Json,
): Json {
  return changedAt(value, random, (old) => (isObject(old) ? change(old, random) : old));
}

function withoutKey(value: JsonObject, random: Random): Json {
  const gone = random.one(Object.keys(value));
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== gone));
}

function withKey(value: JsonObject, random: Random): Json {
  // As an own key, also where it is "__proto__".
  return Object.fromEntries([...Object.entries(value), [random.one(KEYS), random.one(ODD_VALUES)]]);
}

function turnedRound(value: JsonObject): Json {
  return Object.fromEntries(Object.entries(value).reverse());
}

function retyped(value: Json, random: Random): Json {
  return random.one<(old: Json) => Json>([
    (old) => [old],
    (old) => ({ value: old }),
    (old) => ({ type: "text", text: old }),
    (old) => JSON.stringify(old) ?? "",
    (old) => (Array.isArray(old) ? (old[0] ?? null) : [old, old]),
    (old) => (typeof old === "string" ? old.length : String(old)),
    () => null,
  ])(value);
}

const DEEP = [3, 70, 600] as const;

function deeper(value: Json, random: Random): Json {
  let now = value;
  const list = random.chance(0.5);
  for (let n = random.one(DEEP); n > 0; n--) now = list ? [now] : { value: now };
  return now;
}

function repeatedItems(value: Json): Json {
  return Array.isArray(value) ? [...value, ...value] : value;
}

function oddText(value: Json, random: Random): Json {
  if (typeof value !== "string") return value;
  const at = random.below(value.length + 1);
  const odd = random.one([
    "\ud83d",
    "\udc22",
    "\u0000",
    "\u001b[2J",
    "\r\n",
    "\u2028",
    "\u{e0041}",
    '"',
    "\\",
  ]);
  return value.slice(0, at) + odd + value.slice(at);
}

/** The same value, as another program would have spelled it. */
function spelled(line: string, random: Random): string {
  const value = parsed(line);
  if (value === undefined) return line;
  return random.one<(text: string) => string>([
    (text) => text.replace(/":/g, '": ').replace(/,"/g, ', "'),
    (text) =>
      text.replace(
        /[\u007f-\uffff]/g,
        (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0").toUpperCase()}`,
      ),
    (text) => text.replaceAll("/", "\\/"),
    (text) => ` ${text}\t`,
    () => JSON.stringify(value, null, 1).replaceAll("\n", " "),
  ])(line);
}

/** An id that is given to a second record, or a parent that comes later or is the record itself. */
function sameId(lines: string[], _: readonly string[], random: Random): void {
  const ids = lines
    .join("\n")
    .match(/"(?:id|uuid|parentId|parentUuid|call_id|tool_use_id)":"[^"]*"/g);
  const at = random.below(lines.length);
  const [one, other] = [random.one(ids ?? []), random.one(ids ?? [])];
  if (one === undefined || other === undefined) return;
  const value = other.slice(other.indexOf(":"));
  const key = one.slice(0, one.indexOf(":"));
  lines[at] = (lines[at] ?? "").replace(new RegExp(`${key}:"[^"]*"`), () => key + value);
}

function joined(lines: readonly string[], random: Random): string {
  const ending = random.chance(0.1) ? "\r\n" : "\n";
  const text = lines.join(ending);
  return random.chance(0.85) ? text + ending : text;
}

const BYTES: readonly [
  (bytes: Buffer, random: Random) => Buffer,
  ...((bytes: Buffer, random: Random) => Buffer)[],
] = [
  (bytes, random) => bytes.subarray(0, random.below(bytes.length)),
  (bytes, random) => bytes.subarray(random.below(bytes.length)),
  (bytes, random) => {
    const at = random.below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff, 0xc0]), bytes.subarray(at)]);
  },
  (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  (bytes, random) => {
    const at = random.below(bytes.length);
    return Buffer.concat([
      bytes.subarray(0, at),
      Buffer.alloc(1 + random.below(600)),
      bytes.subarray(at),
    ]);
  },
  (bytes, random) => {
    const now = Buffer.from(bytes);
    for (let n = 1 + random.below(3); n > 0; n--) now[random.below(now.length)] = random.below(256);
    return now;
  },
];
