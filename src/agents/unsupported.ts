/**
 * Agents that Segue only knows by name, so that it can say so instead of suggesting a similar name.
 */

interface Unsupported {
  name: string;
  /** What people may type, in lower case. */
  words: readonly string[];
}

const UNSUPPORTED: readonly Unsupported[] = [
  { name: "Antigravity", words: ["antigravity", "agy"] },
  { name: "Devin", words: ["devin"] },
  { name: "Trae", words: ["trae"] },
  { name: "Warp", words: ["warp"] },
  { name: "Windsurf", words: ["windsurf"] },
  { name: "Zed", words: ["zed"] },
];

/** The agent's usual name; undefined for an unknown word. */
export function unsupportedAgent(word: string): string | undefined {
  const wanted = word.toLowerCase();
  return UNSUPPORTED.find(({ words }) => words.includes(wanted))?.name;
}
