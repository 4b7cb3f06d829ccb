/** What the CLI's own lines say, a usage limit among them, and what it sends again. */
import type { Media } from "../../session/codec.ts";
import type { EventBody } from "../../session/types.ts";
import { failed } from "../shared/faults.ts";

/** It has a text for everything. */
export const media: Media = { images: [], imageUrls: false, resultImages: false };

/** In its words: both are said when the API answers 429. */
const LIMIT = /^litellm\.RateLimitError: |^The API provider has rate limited you\b/;
const ERROR = /^litellm\.\w+: /;

/** null for lines that mean nothing. No line tells a time. */
export function eventIn(text: string): EventBody | null {
  const lines = text.split("\n");
  const limit = lines.findLast((line) => LIMIT.test(line));
  const told = lines.findLast((line) => ERROR.test(line)) ?? limit;
  if (told !== undefined) {
    const details = limit === undefined ? told : `${told}\n${limit}`;
    return failed({ text: wordsOf(told), details });
  }
  return lines.includes("^C again to exit") ? { event: "interruption" } : null;
}

/** The provider's own words. */
function wordsOf(line: string): string {
  return line.replace(/^litellm\.\w+: (?:\w+: )?(?:\w+Exception - )?/, "") || line;
}

/** What the lines with which a run begins say of it. */
export function factsIn(text: string): { version?: string; model?: string } {
  const [, version] = /^Aider v(\S+)$/m.exec(text) ?? [];
  const [, model] = /^(?:Main model|Model): (\S+) with /m.exec(text) ?? [];
  return {
    ...(version === undefined ? {} : { version }),
    ...(model === undefined ? {} : { model }),
  };
}

/** How many tokens the model was sent last: `Tokens: 2.4k sent, 154 received.` */
export function tokensIn(text: string): number | undefined {
  const [, amount, unit] = [...text.matchAll(/^Tokens: ([\d.,]+)([kM]?) sent/gm)].at(-1) ?? [];
  if (amount === undefined) return undefined;
  const factor = unit === "k" ? 1000 : unit === "M" ? 1_000_000 : 1;
  const tokens = Math.round(Number(amount.replaceAll(",", "")) * factor);
  return Number.isFinite(tokens) ? tokens : undefined;
}
