/**
 * Agents that Segue only knows by name, so that it can say so instead of suggesting a similar name.
 */

interface Unsupported {
  name: string;
  /** What people may type, in lower case. */
  words: readonly string[];
}

const UNSUPPORTED: readonly Unsupported[] = [
  { name: "Amp", words: ["amp"] },
  { name: "Antigravity", words: ["antigravity", "agy"] },
  { name: "ChatGPT", words: ["chatgpt"] },
  { name: "Claude Desktop", words: ["claude-desktop"] },
  { name: "Claude.ai", words: ["claude-web", "claude.ai"] },
  { name: "Cursor", words: ["cursor", "cursor-agent"] },
  { name: "Devin", words: ["devin"] },
  { name: "Kiro", words: ["kiro"] },
  { name: "Roo Code", words: ["roo"] },
  { name: "Trae", words: ["trae"] },
  { name: "Warp", words: ["warp"] },
  { name: "Windsurf", words: ["windsurf"] },
];

/** The agent's usual name; undefined for an unknown word. */
export function unsupportedAgent(word: string): string | undefined {
  const wanted = word.toLowerCase();
  return UNSUPPORTED.find(({ words }) => words.includes(wanted))?.name;
}
