/**
 * The views of a text that the rules search: the text itself, without what would hide a secret from
 * them, or look like one.
 */

/** A placeholder for a secret. Its form leaves little room to hide anything. */
export const PLACEHOLDER = /\[secret:[a-z0-9-]{1,40}-\d{1,6}\]/g;

/** No rule matches it: a value ends before it, and a text that contains it is not a secret. */
export const BLANK = "\0";

/** Separates two texts that are searched as one: no rule matches across it. */
export const BETWEEN = "\n\0\n";

/**
 * A text as it is searched. `at` contains the original position of each of its characters; null:
 * the same position.
 */
export interface View {
  text: string;
  at: Uint32Array | null;
}

/** Half-open, in UTF-16 units as everywhere in JavaScript. */
export interface Range {
  start: number;
  end: number;
}

// Eight: a run of a million backslashes must not be tried from each of them to its end.
const COLOUR = String.raw`(?:\u001b|\\{1,8}(?:u001[bB]|x1[bB]|033|e))\[[0-9;:?]*[A-Za-z]`;
const HIDING = new RegExp(`${PLACEHOLDER.source}|${COLOUR}|\\\\{1,8}[nrt"'\`]`, "g");

const MARKS = ["\u001b", "\\", "[secret:"];
/** A line that begins with a long word, or a backslash before a word that begins with n, r or t? */
const EITHER = /\\[nrt][\w-]{11}/;
/** A quote within the quotes around a password; blanking it would end the password. */
const QUOTE_WITHIN =
  /(?:pass(?:w(?:or)?d|phrase)?|pwd|secret|token)\\{0,7}["'`]?[ \t]{0,4}[:=]>?[ \t]{0,4}(\\{0,7})(["'`])(?:(?!\1\2)[^\n]){0,200}?\\\1\2/i;

/**
 * The ways to read a text: one in which placeholders, terminal colours and JSON escapes are blanked
 * in place, so that a key after `\n` is at the start of a word; if there are colours, one without
 * them, because they may be in the middle of a key; and if what looks like an escape may be the
 * key's first letter, or a quote in a password, one that keeps it.
 */
export function viewsOf(text: string): View[] {
  // Nearly all texts: nothing is copied.
  if (!MARKS.some((mark) => text.includes(mark))) return [{ text, at: null }];
  let hasColours = false;
  const blanked = text.replace(HIDING, (found) => {
    const isColour = found.includes("[", 1);
    hasColours ||= isColour;
    return isColour ? " ".repeat(found.length) : blank(found);
  });
  const views: View[] = [{ text: blanked, at: null }];
  if (hasColours) views.push(withoutColours(text, blanked));
  if (EITHER.test(text) || QUOTE_WITHIN.test(text))
    views.push({ text: text.replace(PLACEHOLDER, blank), at: null });
  return views;
}

/** As many characters as it replaces. */
function blank(found: string): string {
  if (found.startsWith("[")) return BLANK.repeat(found.length);
  const last = found.slice(-1);
  const end = last === "t" ? "\t" : /[nr]/.test(last) ? "\n" : last;
  return " ".repeat(found.length - 1) + end;
}

function withoutColours(text: string, blanked: string): View {
  const at = new Uint32Array(text.length);
  const kept: string[] = [];
  let [from, length] = [0, 0];
  const keep = (end: number): void => {
    kept.push(blanked.slice(from, end));
    for (let i = from; i < end; i++) at[length++] = i;
  };
  for (const { index, 0: found } of text.matchAll(new RegExp(COLOUR, "g"))) {
    keep(index);
    from = index + found.length;
  }
  keep(text.length);
  return { text: kept.join(""), at: at.subarray(0, length) };
}

/** The original position of a view's range. */
export function rangeIn({ at }: View, { start, end }: Range): Range {
  if (!at) return { start, end };
  return { start: at[start] ?? start, end: (at[end - 1] ?? end - 1) + 1 };
}
