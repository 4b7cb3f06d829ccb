/**
 * A copy of a session has a new id, which its records contain. It is replaced only where the format
 * has ids: messages, commands and answers may mention the old id, and mean it.
 */
import { CONTENT } from "../../agents/shared/known.ts";
import type { Line } from "../../lossless/lines.ts";
import type { Shape } from "../../session/codec.ts";
import type { Json } from "../../session/types.ts";

/** `sessionId`, `session_id`, `id`, `thread_id`, `parentSession` … */
const ID_KEY = /(?:^id|Id|ID|_id|[sS]ession)$/;

export interface Renaming {
  from: string;
  to: string;
}

/** A line with the new id; everything else in it keeps its formatting. */
export function renamedLine(
  { text, value }: Pick<Line, "text" | "value">,
  known: Shape | undefined,
  { from, to }: Renaming,
): string {
  const quoted = JSON.stringify(from);
  if (!text.includes(quoted)) return text;
  const now = JSON.stringify(to);
  if (value === undefined) return byKey(text, quoted, now);
  const isId: boolean[] = [];
  note(value, recordShape(value, known), "", from, isId);
  // Escaped differently somewhere, or a duplicate key: the places cannot be distinguished.
  if (text.split(quoted).length - 1 !== isId.length) return byKey(text, quoted, now);
  let n = 0;
  return text.replaceAll(quoted, () => (isId[n++] ? now : quoted));
}

/** In a damaged line, which may contain complete records: where the id follows its own key. */
function byKey(text: string, quoted: string, now: string): string {
  return text.replace(
    /("session(?:Id|_id)"\s*:\s*)("[^"\\]*")/g,
    (whole, before: string, id: string) => (id === quoted ? before + now : whole),
  );
}

/** A record of unknown shape has its session's id where all others have it. */
const PLAIN: Shape = { keys: { sessionId: true, session_id: true } };

function recordShape(value: Json, known: Shape | undefined): Shape {
  const shape = known === undefined ? null : within(value, known);
  return shape === null || shape === true || shape === CONTENT ? PLAIN : shape;
}

/**
 * For each string that equals the id, in the order of the text: does the format have an id there?
 */
function note(value: Json, shape: Shape | null, key: string, id: string, isId: boolean[]): void {
  if (value === id) isId.push(shape === true && ID_KEY.test(key));
  if (typeof value !== "object" || value === null) return;
  const inner = shape === null || shape === true ? null : within(value, shape);
  if (Array.isArray(value)) {
    const each = inner !== null && inner !== CONTENT && inner !== true && "each" in inner;
    for (const item of value) note(item, each ? inner.each : null, key, id, isId);
    return;
  }
  for (const [name, item] of Object.entries(value)) {
    if (name === id) isId.push(false);
    note(item, memberShape(inner, name), name, id, isId);
  }
}

/** The shape of this kind, if shapes are distinguished by name. */
function within(value: Json, shape: Shape): Shape | null {
  if (shape === true || shape === CONTENT || !("name" in shape)) return shape;
  const named = shape.of[shape.name(value)];
  return named === undefined ? null : within(value, named);
}

/** null if the shape does not cover it: it is left unchanged. */
function memberShape(shape: Shape | null, key: string): Shape | null {
  if (shape === null || shape === true || shape === CONTENT || !("keys" in shape)) return null;
  return Object.hasOwn(shape.keys, key) ? (shape.keys[key] ?? null) : null;
}
