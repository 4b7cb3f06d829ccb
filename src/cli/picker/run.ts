/** Runs the picker: the model, the screen, and the commands that it starts. */
import { accounts, nameOf } from "../../core/accounts.ts";
import { lastChoices, noteChoice } from "../../core/choices.ts";
import { writtenBy } from "../../core/journal.ts";
import type { LimitState } from "../../core/limits.ts";
import { browse, type Listed, type Problem } from "../../core/list.ts";
import { agentPlaces, type Places } from "../../core/places.ts";
import { type Preview, previewOf } from "../../core/preview.ts";
import { pagerIn } from "../../core/process.ts";
import { type Background, indexInBackground } from "../../core/search.ts";
import { canContinue } from "../../core/start.ts";
import { belowHome } from "../session-table.ts";
import { problemLines, problemNotice } from "../sessions.ts";
import { hasColor, say } from "../terminal.ts";
import { Child, storeOptions, toEnd } from "./child.ts";
import { FullText } from "./full-text.ts";
import { Losses } from "./losses.ts";
import { Picker } from "./model.ts";
import type { Screen } from "./screen.ts";
import type { Action, Key, Known, KnownAgent, Look, Session, Start } from "./types.ts";

/**
 * How long the cursor rests on a session before it is read, so that repeated keys are not delayed.
 */
const PAUSE_MS = 40;
/** How long to wait after the last key press before the full text is searched. */
const SEARCH_MS = 250;
/** More than fit on any screen: these are shown first. */
const FIRST = 200;

/** What ends the picker. */
export type Choice = Extract<Action, { do: "leave" | "interrupt" | "launch" }>;

export async function choose(screen: Screen, places: Places, start?: Start): Promise<Choice> {
  const running = new Running(screen, places, start);
  try {
    return await running.choice();
  } finally {
    await running.end();
    for (const line of problemLines(running.problems)) say(line);
  }
}

class Running {
  readonly #screen: Screen;
  readonly #places: Places;
  readonly #picker: Picker;
  readonly #previews = new Map<string, Preview | null>();
  readonly #losses: Losses;
  readonly #fullText: FullText;
  #agents: KnownAgent[] = [];
  /** What could not be read, which a line of the screen cannot say in full. */
  problems: readonly Problem[] = [];
  /** By account. */
  #limits: ReadonlyMap<string, LimitState> = new Map();
  #choices: ReadonlyMap<string, string> | undefined;
  #pause: NodeJS.Timeout | undefined;
  #searching: NodeJS.Timeout | undefined;
  #indexing: Background | undefined;
  #doing: Child | undefined;
  #isOver = false;
  #chosen: (choice: Choice) => void = () => {};
  #fail: (error: unknown) => void = () => {};

  constructor(screen: Screen, places: Places, start?: Start) {
    this.#screen = screen;
    this.#places = places;
    this.#losses = new Losses(places, () => this.#draw());
    this.#fullText = new FullText(places, (search) => {
      this.#picker.found(search);
      this.#draw();
    });
    const installed = accounts(places.profiles)
      .filter((agent) => canContinue(agent, places.env))
      .map((agent) => ({ id: nameOf(agent), name: agent.name }));
    this.#picker = new Picker(installed, this.#known);
    if (start) this.#picker.begin(start);
  }

  get #known(): Known {
    return {
      preview: ({ path }) => this.#previews.get(path),
      losses: (session, target) => this.#losses.of(session, target),
      lastWrite: () => this.#lastWrite(),
      lastTarget: (agent) => {
        this.#choices ??= lastChoices(this.#places.env);
        return this.#choices.get(agent);
      },
      agents: () => this.#agents,
      limitOf: (agent) => this.#limits.get(agent) ?? null,
    };
  }

  async choice(): Promise<Choice> {
    return await new Promise<Choice>((resolve, reject) => {
      this.#fail = reject;
      this.#chosen = resolve;
      this.#screen.on({ key: (key) => this.#press(key), resize: () => this.#draw() });
      this.#draw();
      this.#load()
        .then(() => {
          if (!this.#isOver) this.#indexing = indexInBackground(this.#places);
        })
        .catch(reject);
    });
  }

  async end(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#pause);
    clearTimeout(this.#searching);
    this.#losses.stop();
    this.#fullText.stop();
    this.#doing?.stop();
    this.#screen.leave();
    await this.#indexing?.stop();
  }

  async #load(): Promise<void> {
    await browse(this.#places, FIRST, {
      sessions: (sessions, total) => {
        // Whatever is done with it is done with an account.
        this.#picker.load(sessions.map(byAccount), total);
        this.#draw();
      },
      problems: (problems) => {
        this.problems = problems;
        const notice = problemNotice(problems);
        if (notice === null) return;
        this.#picker.notice = notice;
        this.#draw();
      },
      limits: (states) => {
        this.#limits = new Map(states.map((state) => [state.profile ?? state.agent, state]));
        this.#draw();
      },
    });
    const known = await agentPlaces(this.#places);
    this.#agents = known.map((agent) => ({ ...agent, stores: agent.stores.map(belowHome) }));
    if (this.#picker.total === 0) this.#draw();
  }

  /** An error must not leave the terminal in our mode. */
  #guarded(work: () => void): void {
    try {
      if (!this.#isOver) work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #draw(): void {
    this.#guarded(() => {
      const look: Look = { colour: hasColor(), now: Date.now() };
      this.#screen.draw(this.#picker.screen(this.#screen.size, look));
      clearTimeout(this.#pause);
      this.#pause = setTimeout(() => this.#guarded(() => this.#lookCloser()), PAUSE_MS);
      clearTimeout(this.#searching);
      const search = (): void => void this.#fullText.want(this.#picker.wanted).catch(this.#fail);
      this.#searching = setTimeout(() => this.#guarded(search), SEARCH_MS);
    });
  }

  #lookCloser(): void {
    const { session, target, chosen } = this.#picker;
    if (session && target) this.#losses.want(session, target).catch(this.#fail);
    else this.#losses.stop();
    if (!session || chosen || this.#previews.has(session.path)) return;
    this.#previews.set(session.path, previewOf(session, this.#places.profiles));
    this.#draw();
  }

  #press(key: Key): void {
    this.#guarded(() => {
      const action = this.#picker.press(key);
      if (action) this.#act(action);
      this.#draw();
    });
  }

  #act(action: Action): void {
    switch (action.do) {
      case "launch":
        noteChoice(this.#places.env, action.session.agent, action.target.id);
        this.#chosen(action);
        break;
      case "leave":
      case "interrupt":
        this.#chosen(action);
        break;
      case "copy":
        this.#screen.copy(action.session.id);
        this.#picker.notice = `copied ${action.session.id}`;
        break;
      case "read":
        this.#read(action).catch(this.#fail);
        break;
      case "handoff":
        this.#run("writing", ["handoff", ...this.#named(action.session), "-o", action.file]);
        break;
      case "dump": {
        const { agent, path } = action.session;
        const what = [agent, action.folder, "--session", path, "--format", "html"];
        this.#run("exporting", ["dump", ...what]);
        break;
      }
      case "undo":
        this.#run("undoing", ["undo"], () => this.#load());
    }
  }

  #named({ path, agent }: Session): string[] {
    return [path, "--from", agent];
  }

  /** The pager uses the terminal until the user leaves it. */
  async #read({ session, entry }: Extract<Action, { do: "read" }>): Promise<void> {
    const { env } = this.#places;
    if (pagerIn(env) === null) {
      this.#picker.notice = "there is no pager: install less, or set PAGER";
      return this.#draw();
    }
    const from = entry === null ? [] : ["--range", `${entry}-`];
    const args = ["show", ...this.#named(session), ...from, ...storeOptions(this.#places)];
    // It stays open until the user leaves it, however short the text is, and leaves nothing on the
    // screen.
    const pager = { ...env, LESS: `${env.LESS ?? "R"} -+F -+X` };
    const code = await this.#screen.aside(() => toEnd(args, pager));
    if (code !== 0) this.#picker.notice = "it cannot be read: `segue show` says why";
    this.#draw();
  }

  /** Runs a Segue command, and shows the last line of its messages. */
  #run(doing: string, args: readonly string[], then?: () => Promise<void>): void {
    const { notice } = this.#picker;
    if (this.#doing) {
      this.#picker.notice = notice ?? "the previous command is still running";
      return;
    }
    const isUndo = args[0] === "undo";
    const child = new Child([...args, ...(isUndo ? [] : storeOptions(this.#places))], this.#places);
    this.#doing = child;
    this.#picker.notice = `${doing} …`;
    child.ended
      .then(async ({ out, err }) => {
        this.#doing = undefined;
        if (this.#isOver) return;
        await then?.();
        this.#picker.notice = lastLine(isUndo ? `${err}\n${out}` : err) ?? "done";
        this.#draw();
      })
      .catch((error: unknown) => this.#fail(error));
  }

  #lastWrite(): string | null {
    const write = writtenBy(this.#places.env).writes.at(-1);
    if (!write) return null;
    const { source, target, path } = write;
    const title = this.#picker.titleOf(path) ?? target.id;
    const did =
      write.action === "create"
        ? `the session that was written for ${target.agent}`
        : `the turns that were added in ${target.agent}`;
    return `Undo the last write? This removes ${did} from a session of ${source.agent}: ${title}`;
  }
}

/** For an error, which has its hint below it, the first line. */
function lastLine(text: string): string | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.find((line) => line.startsWith("segue:")) ?? lines.at(-1);
}

function byAccount<T extends Listed>(session: T): T {
  const continuedIn = session.continuedIn.map((one) => ({
    ...one,
    agent: one.profile ?? one.agent,
  }));
  return { ...session, agent: session.profile ?? session.agent, continuedIn };
}
