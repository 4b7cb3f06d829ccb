/**
 * The oracle: what the source's own CLI sends its model after a resume is the truth, and the
 * target's CLI must send it, too, or the loss report name it. No reader of Segue's has a say.
 */
import { existsSync, readFileSync } from "node:fs";
import { driverOf } from "../agents/index.ts";
import { type Lab, type LabOptions, runCli, SOME_PAIRS } from "../lab.ts";
import { obj, objs } from "../model-server/json.ts";
import type { RecordedRequest } from "../model-server/server.ts";
import { hand } from "../segue.ts";
import { type Atom, atomsOf } from "./atoms.ts";
import { anyRun, compare, type Injected, type Loss, linesOf, type Outcome } from "./compare.ts";
import { type Input, put, type Words } from "./inputs.ts";

export const PROMPT = "ORACLE-PROMPT go on";

export interface Verdict extends Outcome {
  source: string;
  target: string;
  losses: Loss[];
  /** What the model server refused of the source's own request: a fault of its CLI, or of our rules. */
  refusedOwn: string[];
  /** And of the target's. */
  refused: string[];
  truth: RecordedRequest;
  sent: RecordedRequest;
}

/** The agents that a session of this one is taken to, unless others are named. */
export function partners(agent: string): string[] {
  return SOME_PAIRS.filter(([from]) => from === agent).map(([, to]) => to);
}

/** Codex compacts a session before it continues with another model that reads it in another way. */
export function labFor({ agent, path }: Input): LabOptions {
  if (agent !== "codex") return {};
  const [, codexModel] = /"model":"(gpt-6-[\w.-]+)"/.exec(readFileSync(path, "utf8")) ?? [];
  return codexModel === undefined ? {} : { codexModel };
}

export async function judge(
  lab: Lab,
  input: Input,
  targets: readonly string[],
): Promise<Verdict[]> {
  const path = await put(lab, input);
  const there = [];
  for (const target of targets) {
    there.push({ target, ...(await hand(lab, path, target, ["--cwd", lab.cwd])) });
  }
  const own = await ownSession(lab, input.agent, path, there[0]?.report);
  const truth = await ask(lab, input.agent, own);
  const { codexModel } = labFor(input);
  const verdicts: Verdict[] = [];
  for (const { target, id, losses } of there) {
    const answer = await ask(lab, target, id);
    const outcome = compare({
      truth: beforePrompt(atomsOf(truth.request)),
      sent: atomsOf(answer.request),
      own: await injected(lab, input.agent, codexModel),
      theirs: await injected(lab, target, codexModel),
      losses,
      cwd: lab.cwd,
    });
    verdicts.push({
      ...outcome,
      source: input.agent,
      target,
      losses,
      refusedOwn: truth.refused,
      refused: answer.refused,
      truth: truth.request,
      sent: answer.request,
    });
  }
  return verdicts;
}

/** The id by which the source's CLI resumes its own session. Rows are put into its database first. */
async function ownSession(lab: Lab, agent: string, path: string, report: unknown): Promise<string> {
  const isFile = existsSync(path) && path.startsWith(`${lab.home}/.`);
  if (isFile) {
    await driverOf(agent).ready?.(lab, path);
    return sourceId(report);
  }
  return (await hand(lab, path, agent, ["--cwd", lab.cwd])).id;
}

function sourceId(report: unknown): string {
  const { source } = Object(report);
  return String(Object(source).id);
}

interface Answer {
  request: RecordedRequest;
  refused: string[];
}

/** Resumes a session, or begins one, and takes the request that comes of it. */
async function ask(lab: Lab, agent: string, resume?: string): Promise<Answer> {
  const before = lab.server.requests.length;
  const refusals = lab.server.refusals.length;
  lab.server.script([{ text: "ORACLE-DONE" }]);
  const options = resume === undefined ? { prompt: PROMPT } : { prompt: PROMPT, resume };
  const run = await runCli(lab, agent, options);
  const request = lab.server
    .mainRequests(before)
    .find(({ body }) => JSON.stringify(body).includes(PROMPT));
  if (!request) {
    throw new Error(
      `${agent} sent no request: ${run.error ?? ""}\n${run.stdout.slice(-800)}${run.stderr.slice(-800)}`,
    );
  }
  const refused = lab.server.refusals
    .slice(refusals)
    .map(({ rule, message }) => `${rule}: ${message}`);
  return { request, refused };
}

/** The session itself: what comes with the new prompt, or after it, is of this turn. */
function beforePrompt(atoms: Atom[]): Atom[] {
  const at = atoms.findIndex(({ text }) => text.includes(PROMPT));
  return at < 0 ? atoms : atoms.slice(0, at);
}

const known = new Map<string, Injected>();

/** The lines that the CLI sends with an empty session. */
async function injected(lab: Lab, agent: string, codexModel = ""): Promise<Injected> {
  // Codex tells some models of its tools in the conversation.
  const key = `${agent} ${codexModel}`;
  const seen = known.get(key);
  if (seen) return new Set([...seen].map((line) => line.replaceAll("<LAB>", anyRun(lab.root))));
  const { request } = await ask(lab, agent);
  const lines = atomsOf(request)
    .flatMap(({ text }: Atom) => linesOf(text))
    .map(anyRun);
  const empty = new Set(lines.map((line) => line.replaceAll(anyRun(lab.root), "<LAB>")));
  known.set(key, empty);
  return new Set(lines);
}

/** What is wrong with it, in words; nothing when all is there or named. */
export function complaints(
  { gone, moved, repeated, refused, sent }: Verdict,
  words?: Words,
): string[] {
  const atoms = atomsOf(sent);
  const text = atoms.map((atom) => atom.text).join("\n");
  // Grok Build names a server's tools in the arguments of a tool of its own, where any name may stand.
  const said = atoms.filter(({ kind }) => kind !== "argument").map((atom) => atom.text);
  // Claude Code sends such a one of its own accord where a model is new to it, and the API refuses it;
  // with an effort in it, it is what the CLI sends with the newest models.
  const empty = objs(obj(sent.body).messages).filter(
    ({ content, output_config }) =>
      Array.isArray(content) && content.length === 0 && output_config === undefined,
  );
  return [
    ...empty.map(({ role }) => `an empty message of role ${role}`),
    ...refused.map((what) => `refused: ${what}`),
    ...gone
      .filter(({ code }) => code === null)
      .map(({ atom, lines }) => `vanished: ${told(atom, lines)}`),
    ...moved.map((line) => `out of order: ${JSON.stringify(line.slice(0, 100))}`),
    ...repeated.map((line) => `sent more often: ${JSON.stringify(line.slice(0, 100))}`),
    ...(words?.sees ?? [])
      .filter((word) => !text.includes(word))
      .map((word) => `not seen: ${word}`),
    ...(words?.sees_not ?? [])
      .filter((word) => said.some((one) => one.includes(word)))
      .map((word) => `seen: ${word}`),
  ];
}

export function told({ kind, type, place }: Atom, lines: readonly string[]): string {
  const more = lines.length > 1 ? ` and ${lines.length - 1} lines more` : "";
  return `${kind} of ${type} at ${place}: ${JSON.stringify((lines[0] ?? "").slice(0, 160))}${more}`;
}
