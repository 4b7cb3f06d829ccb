/** The report of a conversion, as JSON (docs/json.md) and as text. */
import type { Evidence } from "../../agents/claim.ts";
import { whoseOf } from "../../agents/profile.ts";
import type { Agent } from "../../agents/types.ts";
import { counted } from "../../words.ts";
import type { Converted } from "../conversion.ts";
import { type Counts, NO_COUNTS } from "../project/counts.ts";
import type { Loss } from "./losses.ts";

export interface Report {
  schema: "segue/report@1";
  /** `opened`: nothing had to be written. */
  how: Converted["how"] | "opened";
  source: End & { records: number; bytes: number };
  /** `env`: variables to start `command` with besides the current ones, for a profile. */
  target: End & {
    command: string[] | null;
    env?: Readonly<Record<string, string>>;
    /** What the format rests on, for an agent that no test has opened a session in. */
    evidence?: Evidence;
  };
  counts: Counts;
  tokens: Tokens;
  losses: Loss[];
  carry: { path: string | null; bytes: number } | null;
  verified: { readback: boolean | null; laws: number[] };
  /** For a session that returned: its new records, and the carry units that no longer apply. */
  added: number;
  stale: number;
  /** A session of a store that is no file came back as a file: its records are lines there. */
  lines?: boolean;
  /** Reports of the subagents that came along, if they were requested. */
  subagents?: Report[];
}

/** `window`: the size that it was made to fit. */
export interface Tokens {
  estimate: number;
  window: number | null;
  /** The model that it will be sent to, how much that takes, and what that costs without a cache. */
  model: string | null;
  modelWindow: number | null;
  cost: number | null;
}

const NOT_SENT = { model: null, modelWindow: null, cost: null };

interface End {
  agent: string;
  /** Name of the profile whose store it is in; missing in the agent's own. */
  profile?: string;
  id: string;
  path: string | null;
}

export interface Ends {
  source: { agent: Agent; id: string; path: string | null };
  target: { agent: Agent; path: string | null; command: string[] | null };
  carry: { path: string | null; bytes: number } | null;
}

/** For a session that is opened unchanged. */
export function openedReport({ source, target }: Omit<Ends, "carry">, id: string): Report {
  return {
    schema: "segue/report@1",
    how: "opened",
    source: { ...whoseOf(source.agent), id: source.id, path: source.path, records: 0, bytes: 0 },
    target: targetOf(target, id),
    counts: NO_COUNTS,
    tokens: { estimate: 0, window: null, ...NOT_SENT },
    losses: [],
    carry: null,
    verified: { readback: null, laws: [] },
    added: 0,
    stale: 0,
  };
}

export function reportOf(done: Converted, ends: Ends): Report {
  const { source, target } = ends;
  return {
    schema: "segue/report@1",
    how: done.how,
    source: {
      ...whoseOf(source.agent),
      id: source.id,
      path: source.path,
      records: done.source.lines,
      bytes: done.source.bytes,
    },
    target: targetOf(target, done.id),
    counts: done.counts,
    tokens: { estimate: done.tokens, window: done.window, ...NOT_SENT },
    losses: done.losses,
    carry: ends.carry,
    verified: { readback: done.verified, laws: lawsOf(done) },
    added: done.added,
    stale: done.stale,
  };
}

function targetOf({ agent, path, command }: Ends["target"], id: string): Report["target"] {
  const { profile, claim } = agent;
  const own = { ...whoseOf(agent), id, path, command, ...(profile && { env: profile.env }) };
  return typeof claim?.write === "string" ? { ...own, evidence: claim.write } : own;
}

/** The laws that this conversion has proven for its own result. */
function lawsOf(done: Converted): number[] {
  if (!done.verified || done.stale > 0) return [];
  if (done.how === "copied") return [1];
  return done.added > 0 ? [2, 3] : [2];
}

/** A few lines for people. */
export function reportText(report: Report): string[] {
  const subagents = (report.subagents ?? []).flatMap((one) => {
    const name = `subagent ${one.source.id}`;
    return one.how === "opened" ? [`${name}: already exists`] : textOf(one, name);
  });
  const { source, target } = report;
  const own =
    report.how === "opened"
      ? []
      : textOf(report, `${source.profile ?? source.agent} → ${target.profile ?? target.agent}`);
  return [...own, ...subagents];
}

function textOf(report: Report, name: string): string[] {
  const lines = [`${name}: ${summary(report, report.counts)}`];
  for (const loss of report.losses.filter(({ severity }) => severity !== "info")) {
    lines.push(`  ${loss.severity}  ${loss.code} ×${loss.count}: ${loss.what}`);
  }
  const relocated = report.losses.find(({ code }) => code === "path-relocated");
  if (relocated) lines.push(`  ${relocated.what}: ${relocated.count}`);
  const aside = report.losses.filter((loss) => loss.severity === "info" && loss !== relocated);
  if (aside.length > 0) {
    const total = aside.reduce((n, { count }) => n + count, 0);
    lines.push(
      `  kept aside: ${total} (${aside.map(({ code, count }) => `${code} ×${count}`).join(", ")})`,
    );
  }
  if (report.stale > 0) {
    lines.push(
      `  earlier parts of the session were changed: ${counted(report.stale, "part of the carry no longer applies", "parts of the carry no longer apply")}`,
    );
  }
  if (report.carry)
    lines.push(
      `  carry: ${report.carry.path ?? "inside"} (${counted(report.carry.bytes, "byte")})`,
    );
  if (report.verified.readback === false)
    lines.push("  NOT VERIFIED: the original cannot be restored byte for byte from the result");
  return lines;
}

function summary(report: Report, counts: Counts): string {
  if (report.how === "copied") {
    const { added, source } = report;
    return `${added > 0 ? counted(added, "new record") : counted(source.records, "record")} copied`;
  }
  if (report.how === "restored") {
    const what = report.lines
      ? "the original's records are restored byte for byte, as lines"
      : "the original is restored byte for byte";
    return `${what}, followed by ${counted(report.added, "new record")}`;
  }
  const { messages, toolCalls, toolResults, reasoning, images } = counts;
  const parts = [
    counted(messages, "message"),
    counted(toolCalls, "tool call"),
    counted(toolResults, "result"),
  ];
  if (reasoning > 0) parts.push(counted(reasoning, "reasoning block"));
  if (images > 0) parts.push(counted(images, "image"));
  return parts.join(", ");
}
