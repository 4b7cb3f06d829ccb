/** The members of an object in JSON text, each as it is written there. */

/**
 * For text that is known to be valid JSON. Parsing and printing again would not give the same
 * text: `0.0` would become `0`.
 */
export function membersIn(text: string): Map<string, string> {
  const members = new Map<string, string>();
  let depth = 0;
  /** Where the value of the current member begins; null outside. */
  let from: number | null = null;
  let key = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      const end = endOfString(text, at);
      if (depth === 1 && from === null) key = keyIn(text.slice(at, end));
      at = end - 1;
    } else if (char === ":" && depth === 1 && from === null) {
      from = at + 1;
    } else if (char === "{" || char === "[") {
      depth++;
    } else if (char === "}" || char === "]" || (char === "," && depth === 1)) {
      if (char !== ",") depth--;
      const ends = from !== null && (char === "," || depth === 0);
      if (!ends || from === null) continue;
      members.set(key, text.slice(from, at).trim());
      from = null;
    }
  }
  return members;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function keyIn(quoted: string): string {
  const key: unknown = JSON.parse(quoted);
  return typeof key === "string" ? key : "";
}
