/**
 * Writes a setting to the user's own config file; everything else in it stays unchanged, including
 * comments.
 */
import { existsSync, lstatSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Document, isMap, isScalar, type Pair, parseDocument, type YAMLMap } from "yaml";
import { findAgent } from "../agents/registry.ts";
import { fileError, SegueError } from "../errors.ts";
import { textIn } from "../io/door.ts";
import { putFile } from "../io/output.ts";
import { layerOf } from "./file.ts";
import { isGroup, keyFor, type Value } from "./keys.ts";
import { fullName, unknownKey } from "./names.ts";
import { type Around, readValue } from "./values.ts";

/** Where the value was written, and the value there. */
export interface Edited {
  /** The file itself, if the config file is a link. */
  path: string;
  key: string;
  value: Value;
}

/** @throws SegueError for an unknown key, an invalid value, or a file that is not YAML. */
export function setInFile(config: string, name: string, given: string, around: Around): Edited {
  const found = keyFor(name);
  if (!found) throw unknownKey(name);
  const key = fullName(name);
  const read = readValue(found.key.kind, given, around);
  if (read instanceof Error) throw new SegueError("usage", `${name} must be ${read.message}`);
  const value = asWritten(given, read);
  const path = whereLinksLead(config);
  const text = existsSync(path) ? textOf(path) : "";
  const document = documentOf(text, path);
  put(document, key, value, path);
  if (key.startsWith("profiles.")) {
    // One that is not complete or not valid would make Segue refuse the whole file.
    layerOf(written(document), { path, source: "user", home: around.home });
  }
  write(path, text, document);
  return { path, key, value };
}

/** A link stays a link, even if its target does not exist yet. */
function whereLinksLead(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  return isLink ? resolve(dirname(path), readlinkSync(path)) : path;
}

/** "~/x" and "20k" are more readable than the values that they mean. */
function asWritten(given: string, read: Value): Value {
  const isShort = /^~(?:[\\/]|$)/.test(given) || /^[\d.]+[km]$/i.test(given);
  return isShort && typeof read !== "object" ? given : read;
}

function textOf(path: string): string {
  try {
    return textIn(path);
  } catch (error) {
    throw fileError(error, path, "read the config file");
  }
}

function documentOf(text: string, path: string): Document {
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem) {
    const [first = ""] = problem.message.split("\n");
    const line = problem.linePos?.[0].line;
    throw new SegueError("usage", `this is not valid YAML: ${first}`, {
      where: line === undefined ? path : `${path}:${line}`,
      hint: "correct that line first; nothing was written",
    });
  }
  const { contents } = document;
  if (contents === null || isMap(contents)) return document;
  throw new SegueError("usage", "a config file must hold keys and values", { where: path });
}

function put(document: Document, key: string, value: Value, path: string): void {
  const { contents } = document;
  const pairs = isMap(contents) ? [...pairsIn(contents, "")] : [];
  const there = pairs.filter(({ name }) => name === key);
  for (const { pair } of there) {
    if (isScalar(pair.value) && typeof value !== "object") pair.value.value = value;
    else pair.value = node(document, value);
  }
  if (there.length > 0) return;
  const words = key.split(".");
  // The deepest existing group for it, under whatever name its agent has in the file.
  for (let n = words.length - 1; n > 0; n--) {
    const group = pairs.findLast((one) => one.name === words.slice(0, n).join("."))?.pair;
    if (!group) continue;
    if (group.value === null || (isScalar(group.value) && group.value.value === null)) {
      group.value = document.createNode({});
    }
    if (!isMap(group.value)) throw notGroup(words.slice(0, n).join("."), path);
    group.value.setIn(words.slice(n), node(document, value));
    return;
  }
  document.setIn(words, node(document, value));
}

function node(document: Document, value: Value) {
  return document.createNode(value, { flow: true });
}

function notGroup(name: string, where: string): SegueError {
  return new SegueError("usage", `"${name}" must hold keys and values`, { where });
}

interface Named {
  name: string;
  pair: Pair;
}

/** Keys and groups of keys, as `fullName` names them. */
function* pairsIn(map: YAMLMap, above: string): Generator<Named> {
  for (const pair of map.items) {
    const word = isScalar(pair.key) ? String(pair.key.value) : "?";
    const written = above === "" ? word : `${above}.${word}`;
    const name = withId(written);
    yield { name, pair };
    if (isMap(pair.value) && isGroup(name)) yield* pairsIn(pair.value, name);
  }
}

/** An agent has several names: a file may use any of them. */
function withId(name: string): string {
  return name.replace(/^agents\.([^.]+)/, (whole, agent) => {
    const id = findAgent(agent)?.id;
    return id === undefined ? whole : `agents.${id}`;
  });
}

function written(document: Document): string {
  return document.toString({ lineWidth: 0 });
}

function write(path: string, before: string, document: Document): void {
  const text = written(document);
  const lines = before.includes("\r\n") ? text.replace(/\r?\n/g, "\r\n") : text;
  putFile(path, lines);
}
