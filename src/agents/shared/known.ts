/** Schema drift: the parts of a record that an agent's folder does not know. */

import type { Shape } from "../../session/codec.ts";
import { isObject, printed } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";

/** What a model is sent: a reader must pass it on. See convert/read/account.ts. */
export const CONTENT = "content" satisfies Shape;

/**
 * The places in a value that its shape does not know, such as `message.content[].cache_edits`, or
 * `type=new_kind` for a record of an unknown kind. Empty if everything is known.
 */
export function unknowns(value: Json, shape: Shape, at = ""): string[] {
  if (shape === true || shape === CONTENT) return [];
  if ("each" in shape) {
    if (!Array.isArray(value)) return [];
    return unique(value.flatMap((item) => unknowns(item, shape.each, `${at}[]`)));
  }
  if (typeof value !== "object" || value === null) return [];
  if ("name" in shape) {
    const name = shape.name(value);
    const named = Object.hasOwn(shape.of, name) ? shape.of[name] : undefined;
    return named === undefined ? [`${at}<${name}>`] : unknowns(value, named, placeOf(at, name));
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const place = at === "" ? key : `${at}.${key}`;
    const known = Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined;
    return known === undefined ? [place] : unknowns(item, known, place);
  });
}

/** An empty name does not distinguish kinds: the value is one of several forms of the same. */
function placeOf(at: string, name: string): string {
  return name === "" ? at : `${at}<${name}>`;
}

/** The values that have another form than the vendor uses, with their keys. */
export interface Misplaced {
  key: string;
  value: Json;
  /** What a text has if it is the vendor's form as JSON: agents print such columns themselves. */
  shape: Exclude<Shape, true>;
}

/** Where vendors use text or a list of blocks. */
const TEXTS = new Set(["content", "output"]);

/**
 * Values whose form differs from the shape: an object in place of a list of blocks, or text in
 * place of an object.
 */
export function misplaced(value: Json, shape: Shape, key = ""): Misplaced[] {
  if (shape === true || shape === CONTENT || value === null) return [];
  if ("each" in shape) {
    if (typeof value === "string" && TEXTS.has(key)) return [];
    if (!Array.isArray(value)) return [oddly(key, value, shape)];
    return value.flatMap((item) => misplaced(item, shape.each, key));
  }
  if ("name" in shape) {
    const name = shape.name(value);
    const named = Object.hasOwn(shape.of, name) ? shape.of[name] : undefined;
    if (named !== undefined) return misplaced(value, named, key);
    // A block of an unknown kind counts where no reader passed it on; records of one, readers handle.
    if (isObject(value)) return key === "" ? [] : [oddly(key, value, shape)];
    // Text, as vendors use it; or no value.
    return typeof value === "string" && TEXTS.has(key) ? [] : [oddly(key, value, shape)];
  }
  if (!isObject(value)) return [oddly(key, value, shape)];
  const found: Misplaced[] = [];
  for (const [name, inner] of formsOf(shape)) {
    if (Object.hasOwn(value, name)) found.push(...misplaced(value[name] ?? null, inner, name));
  }
  return found;
}

/** The objects and lists of a value that are content as a whole, whatever keys they have. */
export function wholes(value: Json, shape: Shape, key = ""): Misplaced[] {
  if (shape === true || typeof value !== "object" || value === null) return [];
  if (shape === CONTENT) return [{ key, value, shape }];
  if ("each" in shape) {
    return Array.isArray(value) ? value.flatMap((item) => wholes(item, shape.each, key)) : [];
  }
  if ("name" in shape) {
    const name = shape.name(value);
    return Object.hasOwn(shape.of, name) ? wholes(value, shape.of[name] ?? true, key) : [];
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    Object.hasOwn(shape.keys, name) ? wholes(item, shape.keys[name] ?? true, name) : [],
  );
}

function oddly(key: string, value: Json, shape: Exclude<Shape, true>): Misplaced {
  return { key, value, shape: typeof value === "string" ? shape : CONTENT };
}

type Keyed = Extract<Shape, { keys: unknown }>;

const forms = new WeakMap<Keyed, [string, Shape][]>();

/** The keys whose values have a form to compare with: a few of a hundred. */
function formsOf(shape: Keyed): [string, Shape][] {
  const before = forms.get(shape);
  if (before !== undefined) return before;
  const found = Object.entries(shape.keys).filter(
    ([, inner]) => inner !== true && inner !== CONTENT,
  );
  forms.set(shape, found);
  return found;
}

/**
 * An object with these keys, about which nothing more is known. They are split on first use: a
 * program loads the keys of all agents at startup, but needs those of one or two.
 */
export function keys(names: string, more: Readonly<Record<string, Shape>> = {}): Shape {
  let known: Readonly<Record<string, Shape>> | undefined;
  return {
    get keys() {
      known ??= { ...plain(names), ...more };
      return known;
    },
  };
}

function plain(names: string): Record<string, true> {
  const known: Record<string, true> = {};
  for (const name of names.split(" ")) if (name !== "") known[name] = true;
  return known;
}

/** Shapes distinguished by a member, such as `type`. */
export function by(member: string, of: Readonly<Record<string, Shape>>): Shape {
  return { name: (value) => (isObject(value) ? printed(value[member] ?? "") : ""), of };
}

/** A list of blocks; one of them alone; or a text in their place. */
export function blocks(block: Shape): Shape {
  return {
    name: (value) => (Array.isArray(value) ? "" : isObject(value) ? "one" : "text"),
    of: { "": { each: block }, one: block, text: CONTENT },
  };
}

/**
 * Shapes distinguished by the key that a value has; `aspects` are keys that any of them may have. A
 * value with none of these keys is named by its first key.
 */
export function byKey(of: Readonly<Record<string, Shape>>, aspects = ""): Shape {
  const beside = new Set(aspects.split(" "));
  return {
    name(value) {
      if (!isObject(value)) return typeof value;
      const names = Object.keys(value);
      const named = names.find((name) => Object.hasOwn(of, name));
      return named ?? names.find((name) => !beside.has(name)) ?? "";
    },
    of,
  };
}

/** Is a record, or a named part of it, of an unknown kind? */
export function isUnknownKind(value: Json, shape: Shape): boolean {
  return unknowns(value, shape).some((place) => place.endsWith(">"));
}

function unique(places: readonly string[]): string[] {
  return [...new Set(places)];
}
