/** Arbitrary JSON: values, and texts spelled as no program would. */
import fc from "fast-check";
import type { Json, JsonObject } from "../../src/session/types.ts";

const ODD_KEYS = ["__proto__", "constructor", "2", "10", "1", "", "toString", "a", "b", "type"];

export const key = fc.oneof(
  fc.constantFrom(...ODD_KEYS),
  fc.string({ unit: "binary", maxLength: 6 }),
);

/** With lone surrogates. */
export const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map(fromUnits),
  fc.constantFrom("x".repeat(60), `${"y".repeat(50)}tail`, `${"y".repeat(50)}other`),
);

function fromUnits(units: readonly number[]): string {
  return String.fromCharCode(...units);
}

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(0, -0, 1e21, 1e-7),
);

/** Built as JSON.parse builds it: `__proto__` is a key like others. */
function objectOf(members: readonly (readonly [string, Json])[]): JsonObject {
  const out: JsonObject = {};
  for (const [name, value] of members) {
    Object.defineProperty(out, name, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return out;
}

const { value } = fc.letrec<{ value: Json; leaf: Json; list: Json[]; object: JsonObject }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      tie("leaf"),
      tie("list"),
      tie("object"),
    ),
    leaf: fc.oneof(fc.constantFrom(null, true, false), number, anyText),
    list: fc.array(tie("value"), { maxLength: 5 }),
    object: fc.array(fc.tuple(key, tie("value")), { maxLength: 6 }).map(objectOf),
  }),
);

export const json: fc.Arbitrary<Json> = value;

const space = fc.constantFrom("", "", "", " ", "\t", "\r", "  ");

/** Number tokens that a program may write, but JSON.stringify does not. */
const oddNumber = fc.oneof(
  fc.constantFrom("1.0", "1e5", "-0", "-0.0", "1E+2", "0.10", "123456789012345678901234567890"),
  fc.constantFrom("1e400", "-1e400", "1e-400", "9007199254740993", "5e-324"),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n.toExponential()),
);

function escaped(text: string, how: readonly number[]): string {
  let out = "";
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const hex = unit.toString(16).padStart(4, "0");
    const choice = how[i % how.length] ?? 0;
    if (choice === 1) out += `\\u${hex}`;
    else if (choice === 2) out += `\\u${hex.toUpperCase()}`;
    else if (choice === 3 && text[i] === "/") out += "\\/";
    else out += JSON.stringify(text[i]).slice(1, -1);
  }
  return `"${out}"`;
}

const stringToken = fc
  .tuple(anyText, fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 6 }))
  .map(([text, how]) => escaped(text, how));

const keyToken = fc
  .tuple(key, fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 }))
  .map(([text, how]) => escaped(text, how));

const { text: inner } = fc.letrec<{ text: string; leaf: string; list: string; object: string }>(
  (tie) => ({
    text: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      tie("leaf"),
      tie("list"),
      tie("object"),
    ),
    leaf: fc.oneof(fc.constantFrom("null", "true", "false"), oddNumber, stringToken),
    list: fc
      .array(fc.tuple(space, tie("text"), space), { maxLength: 4 })
      .map((items) => `[${items.map((item) => item.join("")).join(",")}]`),
    // Keys may come twice: nothing here keeps them apart.
    object: fc
      .array(fc.tuple(space, keyToken, space, space, tie("text"), space), { maxLength: 5 })
      .map(
        (items) => `{${items.map(([a, k, b, c, v, d]) => `${a}${k}${b}:${c}${v}${d}`).join(",")}}`,
      ),
  }),
);

/** A JSON text, in any spelling, on one line. */
export const jsonText = fc
  .tuple(fc.constantFrom("", "", "", "\ufeff", " "), inner, space)
  .map((pieces) => pieces.join(""));
