/**
 * Which parts of a text may reach a screen, a page or another agent: no terminal control
 * characters, nothing that changes the reading order, and nothing invisible. Invisible characters
 * (tags, zero-width characters, selectors without anything to select) are a way to hide
 * instructions.
 */

/**
 * C0 except newline and tab, DEL, C1, other line separators, and characters that reorder or
 * annotate.
 */
const OBEYED = String.raw`\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufff9-\ufffb\p{Bidi_Control}`;
const UNSEEN = String.raw`\p{Default_Ignorable_Code_Point}`;
/** Most texts contain only these. */
const PLAIN = /^[\t\n -~]*$/;

/**
 * Created when first needed: looking up Unicode properties takes as long as starting some commands.
 */
let patterns: Patterns | undefined;

interface Patterns {
  hidden: RegExp;
  /** The same, but faster to search for. */
  any: RegExp;
  meant: readonly Meant[];
}

/** Characters that are part of the preceding one in this context: before, itself, after. */
type Meant = readonly [before: RegExp, run: RegExp, after: RegExp];

const PICTURE = String.raw`\p{Extended_Pictographic}\p{Emoji_Modifier}?`;
/** Scripts whose letters are joined or separated by invisible characters. */
const JOINED = [
  "Arab",
  "Syrc",
  "Mong",
  "Deva",
  "Beng",
  "Guru",
  "Gujr",
  "Orya",
  "Taml",
  "Telu",
  "Knda",
]
  .concat(["Mlym", "Sinh", "Khmr", "Mymr", "Tibt"])
  .map((script) => String.raw`\p{Script_Extensions=${script}}`)
  .join("");

function makePatterns(): Patterns {
  return {
    hidden: new RegExp(`[${OBEYED}]|${UNSEEN}+`, "gu"),
    any: new RegExp(`[${OBEYED}]|${UNSEEN}`, "u"),
    meant: [
      [/\p{Extended_Pictographic}$/u, /^[\ufe0e\ufe0f]$/, /^/],
      [/[0-9#*]$/, /^\ufe0f$/, /^\u20e3/],
      [new RegExp(`${PICTURE}$`, "u"), /^\ufe0f?\u200d$/, /^\p{Extended_Pictographic}/u],
      [new RegExp(`[${JOINED}]$`, "u"), /^[\u200c\u200d]$/, new RegExp(`^[${JOINED}]`, "u")],
      [/\p{Script=Mongolian}$/u, /^[\u180b-\u180d\u180f]$/, /^/],
      [/\p{Script=Han}$/u, /^(?:[\ufe00-\ufe0f]|\udb40[\udd00-\uddef])$/, /^/],
    ],
  };
}

/**
 * Replaces hidden characters with U+FFFD: one for each control character, one for a run of
 * invisible ones.
 */
export function printable(text: string): string {
  return replaced(text, () => "\ufffd");
}

/**
 * The same, but long runs are replaced by their length: a person, or an agent, is told that
 * something was there.
 */
export function printableSaying(text: string): string {
  return replaced(text, (run) => {
    const { length } = [...run];
    return length < TOLD ? "\ufffd" : `[… ${length} hidden characters …]`;
  });
}

/** Fewer are a stray mark, not a message. */
const TOLD = 4;

/** Escapes hidden characters in JSON: the values stay the same. */
export function escaped(json: string): string {
  return replaced(json, (run) =>
    Array.from({ length: run.length }, (_, i) => {
      const code = run.charCodeAt(i).toString(16).padStart(4, "0");
      return `\\u${code}`;
    }).join(""),
  );
}

function replaced(text: string, by: (run: string) => string): string {
  if (PLAIN.test(text)) return text;
  patterns ??= makePatterns();
  const { any, hidden, meant } = patterns;
  if (!any.test(text)) return text;
  return text.replace(hidden, (run, at: number) => (isMeant(meant, text, run, at) ? run : by(run)));
}

function isMeant(meant: readonly Meant[], text: string, run: string, at: number): boolean {
  if (run.length > 2) return false;
  const before = text.slice(Math.max(0, at - 4), at);
  const after = text.slice(at + run.length, at + run.length + 2);
  return meant.some(([lead, own, next]) => own.test(run) && lead.test(before) && next.test(after));
}
