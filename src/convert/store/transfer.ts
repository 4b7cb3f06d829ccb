/**
 * A session's way into another agent's store: as a new session, or, if it came from there and the
 * original has not changed, as new turns at the original's end, or at the end of a copy made before. Each route is a file.
 */
import type { Conversion } from "../conversion.ts";
import { countChildren, openBases } from "../read/bases.ts";
import { assume, orSurveyed } from "../survey/assume.ts";
import { nothingIn, type Surveyed, surveyFile } from "../survey/survey-file.ts";
import { alreadyThere } from "./before.ts";
import { Context } from "./context.ts";
import { extended } from "./extend.ts";
import { goHome, homeOf } from "./home.ts";
import { inOwnAgent } from "./native.ts";
import { goThere } from "./there.ts";
import type { Along, Outcome, Source, Target, TransferOptions } from "./types.ts";

export class Transfer {
  readonly #context: Context;

  constructor(source: Source, target: Target, options: TransferOptions) {
    this.#context = new Context(source, target, options);
  }

  /** How the session's subagents come along. */
  along({ id, path }: Outcome): Along {
    return { parent: id, path, journal: this.#context.journal };
  }

  /**
   * In its own agent, unchanged; a file from elsewhere is first copied into the store. With its
   * full history, a session that was made to fit returns its turns to the original that it was made
   * from.
   */
  native(): Outcome {
    try {
      return inOwnAgent(this.#context);
    } finally {
      this.#context.closeAll();
    }
  }

  async prepare(): Promise<Outcome> {
    try {
      return await prepared(this.#context);
    } finally {
      this.#context.closeAll();
    }
  }
}

async function prepared(context: Context): Promise<Outcome> {
  const { agent, path } = context.source;
  const input = context.open(path, context.options.progress);
  const bases = await openBases(agent, path, context.options);
  const source = { agent, input, bases, children: await countChildren(agent, path) };
  const { fullHistory, fit } = context.options;
  const mayAssume = bases.length === 0 && !fullHistory && !fit;
  const assumed = mayAssume ? assume(agent, input) : null;
  return orSurveyed(assumed, (guess) =>
    route(context, source, guess ?? surveyFile(agent, input, { fullHistory, bases })),
  );
}

function route(context: Context, source: Conversion["source"], survey: Surveyed): Outcome {
  const { input } = source;
  const { path } = context.source;
  input.settle();
  if (survey.plan.entries === 0 || survey.plan.isEmpty) throw nothingIn(path);
  const id = context.source.id || survey.plan.header.id;
  const home = source.agent.id === context.target.agent.id ? null : homeOf(context, id);
  const back = home && goHome(context, source, id, home);
  if (back) return back;
  const there = context.options.fork
    ? null
    : alreadyThere(context, input, id, survey.plan.header.cwd);
  if (there) return there;
  const copy = context.options.extend;
  const longer = copy ? extended(context, source, id, survey, copy) : null;
  if (longer) return longer;
  return goThere(context, source, id, survey);
}
