/** Titles as Hermes takes them: on one line, short, and each only once. */

const MOST = 100;

/** null for a title without a word. */
export function titleFor(title: string | null): string | null {
  const clean = (title ?? "")
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029\ufffc]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  return clean === "" ? null : cut(clean, MOST);
}

/** The first number from 2 on that makes it unique, as Hermes counts on: "Title #2". */
export function uniqueTitle(title: string, isTaken: (title: string) => boolean): string {
  if (!isTaken(title)) return title;
  const [, base = title] = /^(.*) #\d+$/s.exec(title) ?? [];
  for (let n = 2; n < 10_000; n++) {
    const mark = ` #${n}`;
    const numbered = cut(base, MOST - mark.length) + mark;
    if (numbered !== title && !isTaken(numbered)) return numbered;
  }
  return title;
}

function cut(text: string, most: number): string {
  return text.length > most ? [...text].slice(0, most).join("").slice(0, most) : text;
}
