/**
 * What of a text may reach a screen, a page or another agent: nothing that a terminal obeys, nothing
 * that changes the order of what is read, and nothing that shows nothing. Text in letters that no one
 * sees (tags, zero width, selectors without anything to select) is how instructions are hidden.
 */

/** C0 but for newline and tab, DEL, C1, other ends of lines, and what reorders or annotates. */
const OBEYED = String.raw`\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufff9-\ufffb\p{Bidi_Control}`;
const UNSEEN = String.raw`\p{Default_Ignorable_Code_Point}`;
/** Most texts are of these alone. */
const PLAIN = /^[\t\n -~]*$/;

/** Made when they are first needed: to look up what Unicode has takes as long as to start some commands. */
let patterns: Patterns | undefined;

interface Patterns {
  hidden: RegExp;
  /** The same, but faster to look for. */
  any: RegExp;
  meant: readonly Meant[];
}

/** What is part of the letter before it where it stands so: before, itself, after. */
type Meant = readonly [before: RegExp, run: RegExp, after: RegExp];

const PICTURE = String.raw`\p{Extended_Pictographic}\p{Emoji_Modifier}?`;
/** Scripts whose letters are joined, or kept apart, by what shows nothing itself. */
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

/** In the place of what is hidden stands U+FFFD: one for each character that is obeyed, one for a run that is not seen. */
export function printable(text: string): string {
  return replaced(text, () => "\ufffd");
}

/** The same, but long runs are counted: a person, or an agent, is told that something was there. */
export function printableSaying(text: string): string {
  return replaced(text, (run) => {
    const { length } = [...run];
    return length < TOLD ? "\ufffd" : `[… ${length} hidden characters …]`;
  });
}

/** Fewer are a stray mark, not a message. */
const TOLD = 4;

/** JSON in which what is hidden is escaped: the values stay what they are. */
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
