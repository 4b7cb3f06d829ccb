/** `segue pick`, and `segue` alone in a terminal: choose a session, then where to go on with it. */
import { isatty } from "node:tty";
import { Command } from "commander";
import { browse } from "../core/list.ts";
import { agentNamed, agents } from "../core/names.ts";
import type { Places } from "../core/places.ts";
import { type Preview, previewOf } from "../core/preview.ts";
import { type Background, indexInBackground } from "../core/search.ts";
import { isInstalled } from "../core/start.ts";
import { SegueError } from "../errors.ts";
import { type PlaceOptions, placesOf, withPlaces } from "./common.ts";
import { Losses } from "./picker/losses.ts";
import { type Action, type Key, Picker } from "./picker/model.ts";
import { Screen } from "./picker/screen.ts";
import { hasColor } from "./terminal.ts";

/** How long a session is under the cursor before it is read: keys that repeat are not held up. */
const PAUSE_MS = 40;
/** More than fit on any screen: what is shown first. */
const FIRST = 200;

/** Can the picker be shown here? */
export function canPick(): boolean {
  return isatty(0) && isatty(1) && process.env.TERM !== "dumb";
}

export function command(): Command {
  return withPlaces(new Command("pick"))
    .description("choose a session and an agent on a screen, as `segue` alone does")
    .action(run);
}

async function run(options: PlaceOptions): Promise<void> {
  if (!canPick()) {
    throw new SegueError("usage", "this needs a terminal to show sessions in", {
      hint: "`segue list` prints them, `segue resume` opens one",
    });
  }
  const places = placesOf(options);
  const action = await choose(new Screen(process.stdout), places);
  if (action.do === "interrupt") process.exitCode = 130;
  if (action.do !== "launch") return;
  const { resume } = await import("./resume.ts");
  const { agent: id, path } = action.session;
  const selected = { agent: agentNamed(id), path, id: action.session.id, name: path };
  await resume(selected, places, [], { in: action.target.id, launch: true });
}

async function choose(screen: Screen, places: Places): Promise<Action> {
  const previews = new Map<string, Preview | null>();
  const losses = new Losses(places, () => draw());
  const installed = agents.filter((agent) => isInstalled(agent, places.env));
  const picker = new Picker(installed, {
    preview: ({ path }) => previews.get(path),
    losses: (session, target) => losses.of(session, target),
  });
  const look = (): { colour: boolean; now: number } => ({
    colour: hasColor(),
    now: Date.now(),
  });
  let timer: NodeJS.Timeout | undefined;
  let indexing: Background | undefined;
  let isOver = false;
  let fail: (error: unknown) => void = () => {};
  /** What goes wrong on the way must not leave the terminal as ours. */
  const guarded = (work: () => void): void => {
    try {
      if (!isOver) work();
    } catch (error) {
      fail(error);
    }
  };
  const draw = (): void =>
    guarded(() => {
      screen.draw(picker.screen(screen.size, look()));
      clearTimeout(timer);
      timer = setTimeout(lookCloser, PAUSE_MS);
    });
  const lookCloser = (): void =>
    guarded(() => {
      const { session, target } = picker;
      if (session && target) losses.want(session, target);
      else losses.stop();
      if (!session || target || previews.has(session.path)) return;
      previews.set(session.path, previewOf(session));
      draw();
    });
  try {
    return await new Promise<Action>((resolve, reject) => {
      fail = reject;
      const key = (pressed: Key): void =>
        guarded(() => {
          const action = picker.press(pressed);
          if (action) resolve(action);
          else draw();
        });
      screen.on({ key, resize: draw });
      draw();
      browse(places, FIRST, (sessions, total) => {
        picker.load(sessions, total);
        draw();
      })
        .then(() => {
          if (!isOver) indexing = indexInBackground(places);
        })
        .catch(reject);
    });
  } finally {
    isOver = true;
    clearTimeout(timer);
    losses.stop();
    screen.leave();
    await indexing?.stop();
  }
}
