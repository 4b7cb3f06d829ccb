import { dirname } from "node:path";
import { isMap, isNode, isScalar, LineCounter, parseDocument, type YAMLMap } from "yaml";
import type { Profile } from "../agents/types.ts";
import { fileError, SegueError } from "../errors.ts";
import { textIn } from "../io/door.ts";
import { isGroup, keyFor, type Value } from "./keys.ts";
import type { Assigned, Layer } from "./layers.ts";
import { fullName, unknownKey } from "./names.ts";
import { profilesIn } from "./profiles.ts";
import { readValue } from "./values.ts";

const MOST_BYTES = 1 << 20;

export interface ConfigFile {
  path: string;
  source: "project" | "user";
  home: string;
  /** The user's profiles, for a project's file. */
  profiles?: readonly Profile[];
}

/** The settings in a file, and, in the user's own, the profiles. */
export interface ConfigLayer extends Layer {
  profiles: readonly Profile[];
}

/** @throws SegueError with the line of the error. */
export function readConfig(file: ConfigFile): ConfigLayer {
  return layerOf(read(file.path), file);
}

/** The same for a text that is not, or not yet, in the file. */
export function layerOf(text: string, file: ConfigFile): ConfigLayer {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) {
    const [first = ""] = problem.message.split("\n");
    const line = problem.linePos?.[0].line;
    throw new SegueError("usage", `this is not valid YAML: ${first}`, { where: at(file, line) });
  }
  const { contents } = document;
  const values = new Map<string, Assigned>();
  if (contents === null) return { source: file.source, values, profiles: [] };
  if (!isMap(contents)) {
    throw new SegueError("usage", "a config file must hold keys and values", { where: file.path });
  }
  const all = [...leaves(contents, "", lines)];
  const isProfile = ({ name }: Given): boolean => name.startsWith("profiles.");
  const take = (given: Given, { profiles }: ConfigFile): void => {
    const [name, value] = checked(given, file, profiles);
    values.set(name, { value, where: at(file, given.line) });
  };
  // Other settings may name them, wherever they are in the file.
  for (const given of all.filter(isProfile)) take(given, file);
  const profiles = profilesIn(values);
  const known = file.source === "user" ? { ...file, profiles } : file;
  for (const given of all) if (!isProfile(given)) take(given, known);
  return { source: file.source, values, profiles };
}

function read(path: string): string {
  try {
    return textIn(path, MOST_BYTES);
  } catch (error) {
    throw fileError(error, path, "read the config file");
  }
}

function at({ path }: ConfigFile, line: number | undefined): string {
  return line === undefined ? path : `${path}:${line}`;
}

interface Given {
  name: string;
  value: unknown;
  line: number | undefined;
}

function* leaves(map: YAMLMap, above: string, lines: LineCounter): Generator<Given> {
  for (const { key, value } of map.items) {
    const word = isScalar(key) ? String(key.value) : "?";
    const name = above === "" ? word : `${above}.${word}`;
    if (isMap(value) && isGroup(name)) {
      yield* leaves(value, name, lines);
      continue;
    }
    const start = isNode(key) ? key.range?.[0] : undefined;
    const line = start === undefined ? undefined : lines.linePos(start).line;
    yield { name, value: asWritten(value, name), line };
  }
}

/** A variable is text, even if it looks like a number: not `7` for `007`, nor `1.5` for `1.50`. */
function asWritten(value: unknown, name: string): unknown {
  if (!isNode(value)) return value;
  const isNumber = isScalar(value) && typeof value.value === "number";
  if (isNumber && /^profiles\.[^.]+\.env\./.test(name)) return value.source ?? value.toJSON();
  return value.toJSON();
}

function checked(
  { name, value, line }: Given,
  file: ConfigFile,
  profiles: readonly Profile[] = [],
): [string, Value] {
  const where = at(file, line);
  const found = keyFor(name);
  if (!found) throw unknownKey(name, where);
  const { key } = found;
  if (key.userOnly && file.source === "project") {
    throw new SegueError("usage", `a project's file cannot set ${name}`, {
      where,
      hint: "only your own config file may set what is run and read",
    });
  }
  try {
    const id = fullName(name);
    const read = readValue(key.kind, value, {
      home: file.home,
      folder: dirname(file.path),
      profiles,
    });
    if (!(read instanceof Error)) {
      if (file.source === "project" && read === key.userValue) throw onlyUser(name, read, where);
      return [id, read];
    }
    throw new SegueError("usage", `${name} must be ${read.message}`, { where });
  } catch (error) {
    if (!(error instanceof SegueError) || error.where !== null) throw error;
    const { message, hint } = error;
    throw new SegueError("usage", message, { where, ...(hint === null ? {} : { hint }) });
  }
}

function onlyUser(name: string, value: Value, where: string): SegueError {
  return new SegueError("usage", `a project's file cannot set ${name} to ${value}`, {
    where,
    hint: "only your own config file may set this",
  });
}
