/** Writes a new session to the target's store. */
import { statSync } from "node:fs";
import type { Agent } from "../../agents/types.ts";
import { SegueError } from "../../errors.ts";
import { titleOf } from "../../session/title.ts";
import { counted } from "../../words.ts";
import { type Conversion, targetId } from "../conversion.ts";
import { fitted } from "../survey/fit.ts";
import type { Fitted, Surveyed } from "../survey/survey-file.ts";
import { create } from "./commit.ts";
import type { Context } from "./context.ts";
import { inOwnAgent } from "./native.ts";
import { refuseWithoutDatabase } from "./rows.ts";
import type { Outcome } from "./types.ts";

export function goThere(
  context: Context,
  source: Conversion["source"],
  id: string,
  whole: Surveyed,
): Outcome {
  const { agent } = context.target;
  const { along } = context.options;
  if (along && !agent.store.takesChildren) throw noPlace(agent, context.source.path);
  const survey = fittedTo(context, source, whole);
  if (source.agent.id === agent.id && survey.plan.handoff === undefined) return inOwnAgent(context);
  const folder = context.options.cwd ?? survey.plan.header.cwd;
  // Nothing is written before the user has named a folder: see `commit`.
  const cwd = folder ?? process.cwd();
  const createdAt = survey.plan.header.createdAt ?? timeOf(context.source.path);
  const parent = along?.parent ?? null;
  const from = { ...survey.plan.header, id, cwd, createdAt, parent };
  const [newId, path] = context.freePlace(from, (attempt) =>
    targetId(from, agent, attempt, parent !== null),
  );
  refuseWithoutDatabase(context.target, path);
  const out = context.newOutput(path);
  const carryOut = context.newCarry();
  const done = context.convert(
    { source, survey, carryOut, carry: null, id: newId, cwd, createdAt, parent },
    out,
  );
  return {
    id: newId,
    path,
    cwd: folder,
    title: done.header.title,
    report: context.report(done, path, carryOut),
    note: context.note(`a new session: ${path}`),
    commit: () => {
      if (folder === null) throw noFolder(context.source.path);
      const title = titleOf(done.header.title, survey.plan.request);
      create(context, out, context.side(id, done), { ...from, id: newId, title }, path, carryOut);
    },
    discard: () => {
      out.discard();
      carryOut.discard();
    },
  };
}

function fittedTo(context: Context, source: Conversion["source"], survey: Surveyed): Surveyed {
  const { fit } = context.options;
  if (!fit) return survey;
  const fitting = fitted(source, context.target.agent, survey, fit);
  if (!fitting.fitted) return fitting;
  const isCut = fitting.plan.handoff !== undefined;
  const isOwn = source.agent.id === context.target.agent.id;
  context.notes.push(isCut ? cutNote(fitting.fitted, isOwn) : fitsNote(fitting.fitted));
  return fitting;
}

function fitsNote({ tokens, window }: Fitted): string {
  return `the session fits (${tokens} of ${window} tokens): nothing is replaced`;
}

/** What was replaced, in words. */
function cutNote({ turns, midTurn }: Fitted, isOwn: boolean): string {
  const older = turns > 0 ? [counted(turns, "older turn")] : [];
  const parts = [...older, ...(midTurn ? ["the beginning of the newest turn"] : [])];
  const what = parts.join(" and ") || "what came before the first turn";
  const [is, come] = turns > 1 || parts.length > 1 ? ["are", "they come"] : ["is", "it comes"];
  const where = isOwn ? "the original stays unchanged" : `${come} back when the session returns`;
  return `${what} ${is} replaced by a handoff entry; ${where}`;
}

function noPlace({ name }: Agent, where: string): SegueError {
  return new SegueError("refused", `${name} cannot store a subagent's session`, { where });
}

/** For a session whose folder neither its records nor its store contain. */
export function noFolder(where: string): SegueError {
  return new SegueError("failed", "cannot tell which folder this session belongs to", {
    where,
    hint: "specify it with --cwd",
  });
}

/** When a file was last written; null if it is not a file. */
function timeOf(path: string): string | null {
  return statSync(path, { throwIfNoEntry: false })?.mtime.toISOString() ?? null;
}
