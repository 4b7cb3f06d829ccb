/**
 * Adds an entry to the text of an index, or removes it: a JSON array, a JSON object, or JSON lines.
 * The rest of the text stays unchanged, byte for byte, however it is formatted.
 */
import { isObject, member } from "../session/json.ts";
import type { Json, JsonObject } from "../session/types.ts";
import { parseValue } from "./json-text.ts";

/** Where an index stores its entries, and how they are identified. */
export interface IndexForm {
  /** `array`: of objects. `object`: a member for each entry, named by its id. `lines`: an object a line. */
  form: "array" | "object" | "lines";
  /** In an array or in lines: the key of an entry that contains its id. */
  key?: string;
  /** The path of keys from the top of the document to the array or object; empty for the document itself. */
  at?: readonly string[];
}

/** `blank`: the white space in an index that had no entries, so that it can be restored. */
export interface Inserted {
  text: string;
  blank?: string;
}

/** Is there an entry with this id? null if the text is not such an index. */
export function hasEntry(text: string, form: IndexForm, id: string): boolean | null {
  if (form.form === "lines") return linesWith(text, form, id).length > 0;
  const list = listIn(text, form);
  return list === null ? null : list.items.some((item) => isOf(text, item, form, id));
}

/** The text with an entry added at the end; null if it is not such an index. `text` null: no index yet. */
export function withEntry(
  text: string | null,
  form: IndexForm,
  id: string,
  value: JsonObject,
): Inserted | null {
  if (form.form === "lines") return withLine(text ?? "", value);
  if (text === null || text.trim() === "") return { text: newIndex(form, id, value) };
  const list = listIn(text, form);
  if (!list) return null;
  const name = form.form === "object" ? `${JSON.stringify(id)}:` : "";
  const last = list.items.at(-1);
  if (!last) return intoEmpty(text, list, form, name, value);
  const lead = text.slice(list.open + 1, list.items[0]?.start);
  const second = list.items[1];
  const gap = second ? text.slice(list.items[0]?.end, second.start) : `,${lead}`;
  const texts = list.items.map(({ start, end }) => text.slice(start, end));
  const beside = texts.find((one) => one.includes("\n")) ?? texts.at(-1) ?? "";
  const printed = printedAs(beside, lead, name, value, depthOf(form));
  return { text: text.slice(0, last.end) + gap + printed + text.slice(last.end) };
}

/**
 * The text without the entries that have this id: the original text if nothing else has changed. null
 * if it is not such an index.
 */
export function withoutEntry(text: string, form: IndexForm, id: string, blank = ""): string | null {
  if (form.form === "lines") return withoutLines(text, form, id, blank);
  let now = text;
  for (;;) {
    const list = listIn(now, form);
    if (!list) return null;
    const n = list.items.findIndex((item) => isOf(now, item, form, id));
    const item = list.items[n];
    if (!item) return now;
    const [before, after] = [list.items[n - 1], list.items[n + 1]];
    if (before) now = now.slice(0, before.end) + now.slice(item.end);
    else if (after) now = now.slice(0, item.start) + now.slice(after.start);
    else now = now.slice(0, list.open + 1) + blank + now.slice(list.close);
  }
}

/** Adds the entries that are in `late`, another new version of `base`, and not in `base`. */
export function withNewOf(late: string, base: string, text: string, form: IndexForm): string {
  const before = entriesIn(base, form);
  let now = text;
  for (const [id, value] of entriesIn(late, form)) {
    if (before.has(id) || hasEntry(now, form, id) !== false) continue;
    now = withEntry(now, form, id, value)?.text ?? now;
  }
  return now;
}

function entriesIn(text: string, form: IndexForm): Map<string, JsonObject> {
  const entries = new Map<string, JsonObject>();
  for (const item of listIn(text, form)?.items ?? []) {
    const value = parseValue(text.slice(item.value, item.end));
    const id = form.form === "object" ? nameOf(text, item) : member(value, form.key ?? "");
    if (typeof id === "string" && isObject(value)) entries.set(id, value);
  }
  return entries;
}

/** Is an index empty, so that one that was created for an entry can be removed with it? */
export function isEmptyIndex(text: string, form: IndexForm): boolean {
  if (form.form === "lines") return text.trim() === "";
  const empty = newValue(form, form.form === "array" ? [] : {});
  return JSON.stringify(parseValue(text)) === JSON.stringify(empty);
}

/** An element of an array, or a member of an object with its name. */
interface Item {
  start: number;
  end: number;
  /** Where its value starts. */
  value: number;
}

interface List {
  /** The positions of its brackets. */
  open: number;
  close: number;
  items: Item[];
}

function listIn(text: string, { form, at = [] }: IndexForm): List | null {
  if (parseValue(text) === undefined) return null;
  let start = skipSpace(text, 0);
  for (const key of at) {
    if (text[start] !== "{") return null;
    // The last one of duplicate keys counts.
    const found = itemsFrom(text, start).items.findLast((item) => nameOf(text, item) === key);
    if (!found) return null;
    start = found.value;
  }
  return text[start] === (form === "array" ? "[" : "{") ? itemsFrom(text, start) : null;
}

function isOf(text: string, item: Item, { form, key = "" }: IndexForm, id: string): boolean {
  if (form === "object") return nameOf(text, item) === id;
  return member(parseValue(text.slice(item.value, item.end)), key) === id;
}

function nameOf(text: string, { start, value }: Item): Json | undefined {
  return parseValue(text.slice(start, text.lastIndexOf(":", value)));
}

/** The items of the array or object that starts at `open`. The text must be JSON. */
function itemsFrom(text: string, open: number): List {
  const items: Item[] = [];
  const isArray = text[open] === "[";
  let at = skipSpace(text, open + 1);
  while (text[at] !== "]" && text[at] !== "}") {
    const start = at;
    const value = isArray ? start : skipSpace(text, skipSpace(text, endOf(text, start)) + 1);
    const end = endOf(text, value);
    items.push({ start, end, value });
    at = skipSpace(text, end);
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
  return { open, close: at, items };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (" \t\n\r\uFEFF".includes(text[at] ?? "x")) at++;
  return at;
}

/** The end of the value that starts at `start`. */
function endOf(text: string, start: number): number {
  const first = text[start];
  if (first === '"') return endOfString(text, start);
  if (first !== "{" && first !== "[") {
    let at = start;
    while (/[-+.\w]/.test(text[at] ?? "")) at++;
    return at;
  }
  let depth = 0;
  for (let at = start; ; at++) {
    const char = text[at];
    if (char === '"') at = endOfString(text, at) - 1;
    else if (char === "{" || char === "[") depth++;
    else if ((char === "}" || char === "]") && --depth === 0) return at + 1;
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function newIndex(form: IndexForm, id: string, value: JsonObject): string {
  const own = form.form === "array" ? [value] : { [id]: value };
  return JSON.stringify(newValue(form, own), null, 2);
}

function newValue({ at = [] }: IndexForm, own: Json): Json {
  return at.reduceRight<Json>((inner, key) => ({ [key]: inner }), own);
}

function depthOf({ at = [] }: IndexForm): number {
  return at.length + 1;
}

/** Keeps an index on one line if it is part of a document on one line. */
function intoEmpty(
  text: string,
  { open, close }: List,
  form: IndexForm,
  name: string,
  value: JsonObject,
): Inserted {
  const blank = text.slice(open + 1, close);
  const isOneLine = !text.trim().includes("\n") && depthOf(form) > 1;
  const [lead, tail] = isOneLine ? ["", ""] : spaceAround(text, depthOf(form));
  const printed = printedAs(isOneLine ? "" : "\n", lead, name, value, depthOf(form));
  const around = lead + printed + tail;
  return { text: text.slice(0, open + 1) + around + text.slice(close), blank };
}

/** The white space around entries, with the document's indentation; two spaces by default. */
function spaceAround(text: string, depth: number): [lead: string, tail: string] {
  const [, unit = "  "] = /\n([ \t]+)\S/.exec(text) ?? [];
  return [`\n${unit.repeat(depth)}`, `\n${unit.repeat(depth - 1)}`];
}

/** Formatted like the entry beside it: on one or several lines, with or without a space after a colon. */
function printedAs(
  beside: string,
  lead: string,
  name: string,
  value: JsonObject,
  depth: number,
): string {
  if (beside.includes("\n")) {
    const indent = lead.slice(lead.lastIndexOf("\n") + 1);
    const unit = indent.slice(0, Math.round(indent.length / depth)) || "  ";
    const printed = JSON.stringify(value, null, unit).replaceAll("\n", `\n${indent}`);
    return name === "" ? printed : `${name} ${printed}`;
  }
  const isSpaced = /"\s*: /.test(beside);
  const printed = isSpaced ? spaced(value) : JSON.stringify(value);
  return name === "" ? printed : name + (isSpaced ? " " : "") + printed;
}

/** On one line, as Python prints it. */
function spaced(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${spaced(item)}`,
  );
  return `{${members.join(", ")}}`;
}

function withLine(text: string, value: JsonObject): Inserted {
  const isOpen = text !== "" && !text.endsWith("\n");
  const line = `${JSON.stringify(value)}\n`;
  return isOpen ? { text: `${text}\n${line}`, blank: "\n" } : { text: text + line };
}

function linesWith(text: string, { key = "" }: IndexForm, id: string): number[] {
  return text
    .split("\n")
    .flatMap((line, n) => (line.includes(key) && member(parseValue(line), key) === id ? [n] : []));
}

/** `blank`: the newline that was added to the line before. */
function withoutLines(text: string, form: IndexForm, id: string, blank: string): string {
  const gone = new Set(linesWith(text, form, id));
  if (gone.size === 0) return text;
  const lines = text.split("\n");
  const isLast = gone.has(lines.length - 2) && lines.at(-1) === "";
  const kept = lines.filter((_, n) => !gone.has(n)).join("\n");
  return isLast && blank !== "" && kept.endsWith(blank) ? kept.slice(0, -blank.length) : kept;
}
