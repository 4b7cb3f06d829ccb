/**
 * The loss report: what the target's model will not see as it was. Codes are stable:
 * docs/losses.md.
 */

export type Severity = "info" | "minor" | "major";

/** Code → severity and meaning. `info`: kept aside, and unimportant for the conversation. */
export const LOSSES = {
  "scaffold-carried": ["info", "context injected by the source's harness is kept aside, not sent"],
  "settings-carried": ["info", "model and mode changes are kept aside; the target uses its own"],
  "event-carried": ["info", "records that mean nothing to other agents are kept aside"],
  "branch-carried": ["info", "messages on abandoned branches are kept aside"],
  "compacted-carried": [
    "info",
    "messages before the last compaction are kept aside; its summary is sent (--full-history sends them)",
  ],
  "fitted-carried": [
    "info",
    "messages replaced by a handoff entry so that the session fits are kept aside",
  ],
  "subagent-carried": ["info", "messages of subagents are kept aside; their results are sent"],
  "subagent-elsewhere": [
    "info",
    "subagent transcripts in separate files stay there; their results are sent",
  ],
  "hidden-carried": ["info", "messages hidden from the source's model are kept aside"],
  "failed-carried": [
    "info",
    "failed or aborted answers are kept aside, as the source's model does not see them",
  ],
  "limit-carried": ["info", "messages about usage limits and API errors are kept aside"],
  "blank-carried": ["info", "empty messages are kept aside: model APIs refuse them"],
  "text-repaired": [
    "minor",
    "halves of surrogate pairs were replaced: the target's CLI would not send them",
  ],
  "line-end-changed": [
    "minor",
    "characters that end lines, such as U+2028, became line breaks: the target's history has no others",
  ],
  "call-id-changed": ["info", "tool call ids were changed to be valid and unique"],
  "path-relocated": [
    "info",
    "paths in tool arguments were moved from the session's old folder to its new one",
  ],
  "reasoning-as-text": [
    "minor",
    "reasoning is sent as text: vendors do not accept each other's reasoning",
  ],
  "reasoning-omitted": ["minor", "reasoning is kept aside because of --reasoning omit"],
  "reasoning-unsealed": [
    "info",
    "reasoning is sent as reasoning, without its signature, which only its vendor accepts",
  ],
  "reasoning-sealed": ["minor", "encrypted reasoning is kept aside: only its vendor can read it"],
  "tool-reworded": ["minor", "tool calls were translated to another tool with the same effect"],
  "argument-carried": [
    "info",
    "arguments that the other tool does not have, such as a description, are kept aside",
  ],
  "tool-foreign": ["minor", "tool calls without an equivalent keep their own name"],
  "tool-adapted": ["minor", "names or arguments that the target's API would refuse were corrected"],
  "call-as-text": ["minor", "tool calls are sent as text: the target's model has no tools"],
  "result-as-text": ["minor", "tool results are sent as text: the target's model has no tools"],
  "result-missing": ["minor", "tool calls without a result have a placeholder for it"],
  "result-cut-by-target": [
    "minor",
    "the target's CLI sends long tool results in part; its session holds all of them",
  ],
  "result-replaced-by-target": [
    "minor",
    "the target's CLI sends a mention in place of reads whose file was read again later",
  ],
  "result-replaced-by-source": [
    "info",
    "reads that the source's own CLI replaces by a mention, as the file was read again later, are sent as they are",
  ],
  "history-cut-by-target": [
    "major",
    "the target's CLI leaves the oldest exchanges of so long a history out of its requests (--fit puts a handoff in their place)",
  ],
  "result-orphan": ["minor", "tool results without their call are kept aside"],
  "file-as-text": ["minor", "attached documents are mentioned; their content is kept aside"],
  "file-inlined": ["info", "text documents are sent as text"],
  "image-as-text": [
    "minor",
    "images of a type or size that the target's API refuses are replaced by a mention",
  ],
  "request-too-large": [
    "major",
    "images and documents exceed what the target's API accepts in one request",
  ],
  "content-as-text": [
    "minor",
    "content that the target does not support, such as search results, is sent as text",
  ],
  "content-unknown": ["minor", "content of a kind that this version does not know is sent as text"],
  "content-cut": ["minor", "content that is too long or binary is sent in part"],
  "content-sealed": ["minor", "encrypted content is kept aside: only its vendor can read it"],
  "compaction-sealed": [
    "major",
    "an encrypted summary of the conversation is kept aside: only its vendor can read it (--full-history sends what came before it)",
  ],
  "base-missing": [
    "major",
    "the session that this one continues was not found: its messages are not sent",
  ],
  "content-unsent": ["info", "content that the source's own CLI does not send is kept aside"],
  "prompt-queued": [
    "minor",
    "prompts that still wait in the source's queue are kept aside: enter them again in the target",
  ],
  "content-missing": ["major", "content stored elsewhere was not found"],
  "record-unknown": [
    "minor",
    "records of a kind that this version does not know are kept aside: see segue check",
  ],
  "record-repeated": ["info", "records that occur more than once in the file are read once"],
  "record-foreign": ["minor", "records of another session in the file are kept aside"],
  "compacted-calls": [
    "info",
    "tool calls before the last compaction are kept aside; --full-history sends them",
  ],
  "compaction-as-text": [
    "minor",
    "a compaction that keeps messages is sent as these messages and the summary",
  ],
  "parent-missing": ["minor", "messages whose parent is missing follow the message before them"],
  "line-recovered": ["minor", "records found inside damaged lines were read"],
  "line-unreadable": [
    "major",
    "lines, or parts of lines, without a complete record are kept aside",
  ],
} as const satisfies { [code: string]: readonly [Severity, string] };

export type LossCode = keyof typeof LOSSES;

export interface Loss {
  code: LossCode;
  severity: Severity;
  count: number;
  what: string;
  /** The first places, as "line N" of the source. */
  where: string[];
}

const MAX_PLACES = 5;

export class LossReport {
  readonly #losses = new Map<LossCode, { count: number; where: string[] }>();

  /** `line`: 0-based number in the source; negative for records of a fork's base. */
  add(code: LossCode, line: number, count = 1): void {
    const loss = this.#losses.get(code) ?? { count: 0, where: [] };
    loss.count += count;
    if (line >= 0 && loss.where.length < MAX_PLACES) {
      const place = `line ${line + 1}`;
      if (loss.where.at(-1) !== place) loss.where.push(place);
    }
    this.#losses.set(code, loss);
  }

  list(): Loss[] {
    return [...this.#losses]
      .map(([code, { count, where }]): Loss => {
        const [severity, what] = LOSSES[code];
        return { code, severity, count, what, where };
      })
      .sort(byWeight);
  }
}

function byWeight(a: Loss, b: Loss): number {
  return RANK[a.severity] - RANK[b.severity] || (a.code < b.code ? -1 : 1);
}

const RANK = { major: 0, minor: 1, info: 2 } as const;

/** The losses with a different count for this code; 0 removes it. */
export function recounted(losses: readonly Loss[], code: LossCode, count: number): Loss[] {
  const others = losses.filter((loss) => loss.code !== code);
  if (count === 0) return others;
  const [severity, what] = LOSSES[code];
  return [...others, { code, severity, count, what, where: [] }].sort(byWeight);
}
