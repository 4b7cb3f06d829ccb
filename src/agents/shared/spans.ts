/** The members of an object in JSON text and the elements of an array, each as it is written there. */

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

/** The elements of an array in JSON text; null for anything else. */
export function elementsIn(text: string): string[] | null {
  if (!text.startsWith("[")) return null;
  const elements: string[] = [];
  let depth = 0;
  let from = 1;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      at = endOfString(text, at) - 1;
    } else if (char === "{" || char === "[") {
      depth++;
    } else if (char === "}" || char === "]" || (char === "," && depth === 1)) {
      if (char !== ",") depth--;
      if (char !== "," && depth > 0) continue;
      const element = text.slice(from, at).trim();
      if (char === "," || element !== "") elements.push(element);
      from = at + 1;
    }
  }
  return elements;
}

/** An object whose members have these texts. */
export function objectText(members: ReadonlyMap<string, string>): string {
  const parts = [...members].map(([name, text]) => `${JSON.stringify(name)}:${text}`);
  return `{${parts.join(",")}}`;
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
