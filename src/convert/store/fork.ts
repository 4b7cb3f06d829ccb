/**
 * Returns a session to a new session: the original has continued or changed, or a fork was
 * requested.
 */
import { checkId } from "../../agents/shared/place.ts";
import type { Output } from "../../io/output.ts";
import { Relocation } from "../../session/relocate.ts";
import type { Converted } from "../conversion.ts";
import { surveyFile } from "../survey/survey-file.ts";
import { create } from "./commit.ts";
import { type Context, writtenLines } from "./context.ts";
import { copyTo } from "./copy.ts";
import type { Outcome } from "./types.ts";

/** A copy of the original session under a new id, made from the result of the way back. */
export function forked(
  context: Context,
  id: string,
  done: Converted,
  restored: Output,
  place: string,
): Outcome {
  const { agent } = context.target;
  const input = writtenLines(restored, done);
  const { header } = surveyFile(agent, input, { place }).plan;
  const relocation = Relocation.between(header.cwd, context.options.cwd);
  const copy = copyTo(
    context,
    input,
    { ...header, id: checkId(header.id, context.source.path) },
    relocation,
  );
  const { out, path } = copy;
  input.close();
  const cwd = context.options.cwd ?? header.cwd;
  const losses = [...done.losses, ...copy.losses.list()];
  return {
    id: copy.id,
    path,
    cwd,
    title: header.title,
    report: context.report({ ...done, id: copy.id, losses }, path, null),
    note: context.note(`a new session: ${path}`),
    commit: () => {
      restored.discard();
      const place = { ...header, id: copy.id, cwd };
      create(context, out, context.side(id, done), place, path, null);
    },
    discard: () => {
      restored.discard();
      out.discard();
    },
  };
}
