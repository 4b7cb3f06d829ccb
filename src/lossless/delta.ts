/**
 * The difference between two JSON values, as data: `apply(base, diff(base, value))` is `value`,
 * including key order. And `overlay`: a better base, made from a prediction and the last value of
 * the same kind.
 */
import type { Json, JsonObject } from "../session/types.ts";

/**
 * - a string, number or boolean: the replacement
 * - `[0, value]` replace
 * - an object: patches and additions by key
 * - `[1, members, gone, order]` the same, with removed keys, and the order of all keys if it is not
 *   that of the base with additions at the end
 * - `[2, length, items]` array: its length, and patches and additions by index
 * - `[3, head, tail, middle]` string: keep `head` characters, insert `middle`, keep `tail`
 */
export type Patch =
  | string
  | number
  | boolean
  | [0, Json]
  | Members
  | [1, Members, string[], string[]?]
  | [2, number, { [index: string]: Patch }]
  | [3, number, number, string];

interface Members {
  [key: string]: Patch;
}

/** Values nested deeper are treated as a whole, which protects the stack from deep recursion. */
const MAX_DEPTH = 400;

export class TooDeep extends Error {}

/** null if the values are equal, including key order. */
export function diff(base: Json | undefined, value: Json, depth = 0): Patch | null {
  if (base === value) return Object.is(base, value) ? null : replace(value);
  if (depth > MAX_DEPTH) throw new TooDeep("nested too deep to compare");
  if (typeof value === "string") return typeof base === "string" ? splice(base, value) : value;
  if (typeof value !== "object" || value === null) return replace(value);
  if (Array.isArray(value)) {
    return Array.isArray(base) ? diffArray(base, value, depth) : [0, value];
  }
  return isObject(base) ? diffObject(base, value, depth) : [0, value];
}

/** Infinity, as which 1e400 is read, would come out of the carry as null, that is, as no patch. */
function replace(value: Json): Patch {
  if (typeof value === "object") return [0, value];
  return typeof value === "number" && !Number.isFinite(value) ? [0, value] : value;
}

function diffArray(base: Json[], value: Json[], depth: number): Patch | null {
  const items: { [index: string]: Patch } = {};
  let changed = base.length !== value.length;
  for (let i = 0; i < value.length; i++) {
    const item = value[i] ?? null;
    const patch: Patch | null = i < base.length ? diff(base[i], item, depth + 1) : replace(item);
    if (patch !== null) {
      items[i] = patch;
      changed = true;
    }
  }
  return changed ? [2, value.length, items] : null;
}

function diffObject(base: JsonObject, value: JsonObject, depth: number): Patch | null {
  const keys = Object.keys(value);
  const baseKeys = Object.keys(base);
  const members: Members = {};
  let changed = false;
  let inOrder = true;
  let added = false;
  let shared = 0;
  let cursor = 0;
  for (const key of keys) {
    const item = value[key] ?? null;
    if (baseKeys[cursor] !== key && !Object.hasOwn(base, key)) {
      set(members, key, replace(item));
      changed = added = true;
      continue;
    }
    shared++;
    // Keys of the base come first and in its order; any other order must be stored.
    if (added) inOrder = false;
    while (cursor < baseKeys.length && baseKeys[cursor] !== key) cursor++;
    if (cursor++ >= baseKeys.length) inOrder = false;
    const patch = diff(base[key], item, depth + 1);
    if (patch !== null) {
      set(members, key, patch);
      changed = true;
    }
  }
  const gone = shared < baseKeys.length ? baseKeys.filter((key) => !Object.hasOwn(value, key)) : [];
  if (!changed && inOrder && gone.length === 0) return null;
  if (!inOrder) return [1, members, gone, keys];
  return gone.length > 0 ? [1, members, gone] : members;
}

/** Are two values the same, including key order? That is, would they be printed identically? */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!equal(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const [keysA, keysB] = [Object.keys(a), Object.keys(b)];
  if (keysA.length !== keysB.length) return false;
  for (let i = 0; i < keysA.length; i++) {
    const key = keysA[i];
    if (key === undefined || key !== keysB[i] || !equal(a[key], b[key])) return false;
  }
  return true;
}

/** Strings with little in common are cheaper to replace completely. */
function splice(base: string, value: string): Patch {
  const limit = Math.min(base.length, value.length);
  if (limit < 24) return value;
  const head = sharedHead(base, value, limit);
  const tail = sharedTail(base, value, limit - head);
  if (head + tail < 16) return value;
  return [3, head, tail, value.slice(head, value.length - tail)];
}

/** Texts are compared in pieces of this length, which is much faster than by character. */
const PIECE = 512;

function sharedHead(a: string, b: string, limit: number): number {
  let n = 0;
  while (n + PIECE <= limit && a.slice(n, n + PIECE) === b.slice(n, n + PIECE)) n += PIECE;
  while (n < limit && a.charCodeAt(n) === b.charCodeAt(n)) n++;
  return n;
}

function sharedTail(a: string, b: string, limit: number): number {
  const [endA, endB] = [a.length, b.length];
  let n = 0;
  while (
    n + PIECE <= limit &&
    a.slice(endA - n - PIECE, endA - n) === b.slice(endB - n - PIECE, endB - n)
  ) {
    n += PIECE;
  }
  while (n < limit && a.charCodeAt(endA - 1 - n) === b.charCodeAt(endB - 1 - n)) n++;
  return n;
}

/** The value that `patch` was made from. `base` is not changed, but parts of it are shared. */
export function apply(base: Json | undefined, patch: Patch | null): Json {
  if (patch === null) return base ?? null;
  if (typeof patch !== "object") return patch;
  if (!Array.isArray(patch)) return applyMembers(isObject(base) ? base : {}, patch);
  switch (patch[0]) {
    case 0:
      return patch[1];
    case 1:
      return applyObject(isObject(base) ? base : {}, patch);
    case 2:
      return applyArray(Array.isArray(base) ? base : [], patch[1], patch[2]);
    case 3: {
      const text = typeof base === "string" ? base : "";
      return text.slice(0, patch[1]) + patch[3] + text.slice(text.length - patch[2]);
    }
  }
}

function applyArray(base: Json[], length: number, items: { [index: string]: Patch }): Json[] {
  const out = base.slice(0, length);
  for (const index of Object.keys(items)) {
    const i = Number(index);
    out[i] = apply(base[i], items[index] ?? null);
  }
  return out;
}

function applyObject(
  base: JsonObject,
  [, members, gone, order]: Extract<Patch, [1, ...unknown[]]>,
): JsonObject {
  const out: JsonObject = {};
  const dropped = gone.length > 0 ? new Set(gone) : undefined;
  const keys = order ?? [
    ...Object.keys(base).filter((key) => !dropped?.has(key)),
    ...Object.keys(members).filter((key) => !Object.hasOwn(base, key)),
  ];
  for (const key of keys) {
    const patch = Object.hasOwn(members, key) ? members[key] : undefined;
    const own = Object.hasOwn(base, key) ? base[key] : undefined;
    set(out, key, patch === undefined ? (own ?? null) : apply(own, patch));
  }
  return out;
}

/** The common case: all keys stay, in their order. */
function applyMembers(base: JsonObject, members: Members): JsonObject {
  const out: JsonObject = { ...base };
  for (const key of Object.keys(members)) {
    const own = Object.hasOwn(base, key) ? base[key] : undefined;
    set(out, key, apply(own, members[key] ?? null));
  }
  return out;
}

/**
 * The prediction, completed from the last value of the same kind: keys that the prediction does not
 * mention keep their last value, and all keys have their last order. Either may be absent.
 */
export function overlay(last: Json | undefined, predicted: Json | undefined, depth = 0): Json {
  if (predicted === undefined) return last ?? null;
  if (last === undefined || depth > 8) return predicted;
  if (Array.isArray(predicted))
    return Array.isArray(last) ? overlayArray(last, predicted, depth) : predicted;
  if (!isObject(predicted) || !isObject(last) || predicted.type !== last.type) return predicted;
  // All keys of the last value in their order, then the new ones.
  const out: JsonObject = { ...last };
  for (const key of Object.keys(predicted)) {
    const item = predicted[key] ?? null;
    // Only values with parts can be completed.
    const whole = typeof item !== "object" || FREE_FORM.has(key) || !Object.hasOwn(last, key);
    set(out, key, whole ? item : overlay(last[key], item, depth + 1));
  }
  return out;
}

/**
 * Keys under which agents store a tool's own arguments: those of two calls have nothing in common.
 */
const FREE_FORM: ReadonlySet<string> = new Set(["arguments", "input", "args"]);

function overlayArray(last: Json[], predicted: Json[], depth: number): Json {
  if (last.length === 0) return predicted;
  return predicted.map((item, i) =>
    isObject(item) ? overlay(last[Math.min(i, last.length - 1)], item, depth + 1) : item,
  );
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Plain assignment, except that `__proto__` becomes an ordinary key, as in JSON. */
function set<T>(target: { [key: string]: T }, key: string, value: T): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  } else target[key] = value;
}
