/** In its own agent: opened in place, or copied. */
import { join } from "node:path";
import { isSameAccount, nameOf, whoseOf } from "../../agents/profile.ts";
import { checkId } from "../../agents/shared/place.ts";
import type { Agent } from "../../agents/types.ts";
import { SegueError } from "../../errors.ts";
import type { Input } from "../../io/input.ts";
import type { Output } from "../../io/output.ts";
import { Relocation } from "../../session/relocate.ts";
import type { Header } from "../../session/types.ts";
import { writeOwn } from "../anew.ts";
import { isThere, rowsAt } from "../read/open.ts";
import { nothingIn, surveyFile } from "../survey/survey-file.ts";
import { inOtherAccount } from "./account.ts";
import { alreadyThere } from "./before.ts";
import { create } from "./commit.ts";
import type { Context } from "./context.ts";
import { copyTo } from "./copy.ts";
import { goHome, homeOf } from "./home.ts";
import type { Outcome } from "./types.ts";

export function inOwnAgent(context: Context): Outcome {
  const { agent, path } = context.source;
  const input = context.open(path);
  const { header, isEmpty } = surveyFile(agent, input).plan;
  if (isEmpty) throw nothingIn(path);
  const id = checkId(context.source.id || header.id, path);
  const home = context.options.fullHistory ? homeOf(context, id) : null;
  const back = home?.write.action === "create" && goHome(context, { agent, input }, id, home);
  if (back) return back;
  const relocation = Relocation.between(header.cwd, context.options.cwd);
  if (!isSameAccount(context.source.agent, context.target.agent)) {
    const same = !relocation && !context.options.fork;
    const there = same ? inOtherAccount(context, { ...header, id }) : null;
    if (there) return there;
    const before = context.options.fork ? null : alreadyThere(context, input, id, header.cwd, true);
    return before ?? copiedThere(context, input, { ...header, id }, relocation);
  }
  if (relocation || context.options.fork) {
    const there = context.options.fork ? null : alreadyThere(context, input, id, header.cwd, true);
    return there ?? copiedThere(context, input, { ...header, id }, relocation);
  }
  const cwd = context.options.cwd ?? header.cwd;
  const place = { id, cwd, title: null };
  if (rowsAt(path) || path.startsWith(join(context.target.root, "/")) || header.id === "") {
    input.close();
    const note = context.note(`opening it in ${agent.name}, its own agent`);
    return { ...place, path, report: context.opened(id, path), note, commit() {}, discard() {} };
  }
  const stored = context.placeFor(header);
  const out = context.newOutput(stored);
  copyAsItIs(context, input, out);
  const { bytes, sha256 } = out;
  input.close();
  if (isThere(stored)) {
    out.discard();
    if (!holds(context, stored, sha256)) throw taken(stored, agent, id);
    const note = context.note(`already in ${agent.name}'s store: ${stored}`);
    const report = context.opened(id, stored);
    return { ...place, path: stored, report, note, commit() {}, discard() {} };
  }
  return {
    ...place,
    path: stored,
    report: context.opened(id, stored),
    note: `copied into ${agent.name}'s store: ${stored}`,
    commit: () => {
      const source = { ...whoseOf(agent), id, path, bytes, sha256 };
      create(context, out, source, { ...header, id, cwd }, stored, null);
    },
    discard: () => out.discard(),
  };
}

function holds(context: Context, path: string, sha256: string): boolean {
  const input = context.open(path);
  try {
    return input.sha256() === sha256;
  } finally {
    input.close();
  }
}

/** In its own agent, but in another folder or as a fork: a copy; the original stays. */
function copiedThere(
  context: Context,
  input: Input,
  header: Header,
  relocation: Relocation | null,
): Outcome {
  const { agent, path: from } = context.source;
  const copy = copyTo(context, input, header, { place: from, relocation });
  const { id, path, out, losses } = copy;
  const report = context.opened(header.id, path);
  const { size: bytes } = input;
  const sha256 = input.sha256();
  input.close();
  const source = { ...whoseOf(agent), id: header.id, path: from, bytes, sha256 };
  const cwd = relocation?.to ?? context.options.cwd ?? header.cwd;
  return {
    id,
    path,
    cwd,
    title: header.title,
    report: {
      ...report,
      how: "copied",
      source: { ...report.source, records: copy.lines, bytes },
      target: { ...report.target, id },
      losses: losses.list(),
    },
    note: context.note(`a new session${relocation ? `, for ${relocation.to}` : ""}: ${path}`),
    commit: () => create(context, out, source, { ...header, id, cwd }, path, null),
    discard: () => out.discard(),
  };
}

/** Opened unchanged; if the store's form differs from the file's, converted to that form. */
function copyAsItIs(context: Context, input: Input, out: Output): void {
  const { agent, version } = context.target;
  if (!agent.store.database) {
    for (const chunk of input.chunks()) out.write(Buffer.from(chunk));
    out.sync();
    return;
  }
  const survey = surveyFile(agent, input);
  const { id, cwd } = survey.plan.header;
  const target = { agent, out, ...context.installation(cwd) };
  const place = { id, ...(cwd === null ? {} : { cwd }) };
  writeOwn({ source: { agent, input }, target, survey, cliVersion: version, ...place });
}

function taken(where: string, agent: Agent, id: string): SegueError {
  return new SegueError("refused", `${agent.name} has another session with this id`, {
    where,
    hint: `\`segue resume ${nameOf(agent)}:${id}\` opens that one`,
  });
}
