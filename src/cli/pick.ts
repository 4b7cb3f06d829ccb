/** `segue pick`, and `segue` alone in a terminal: choose a session, then where to continue it. */
import { isatty } from "node:tty";
import { Command } from "commander";
import { nameOf } from "../core/accounts.ts";
import { agentNamed } from "../core/names.ts";
import { settings } from "../core/settings.ts";
import { SegueError } from "../errors.ts";
import { type PlaceOptions, placesOf, withPlaces } from "./common.ts";
import { choose } from "./picker/run.ts";
import { Screen } from "./picker/screen.ts";

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
  await pick(options);
}

/** `start`: a search to begin with. @throws SegueError if there is no terminal. */
export async function pick(
  options: PlaceOptions,
  start?: { query: string; agent: string | undefined },
): Promise<void> {
  if (!canPick()) {
    throw new SegueError("usage", "this needs a terminal to show sessions in", {
      hint: "`segue list` prints them, `segue resume` opens one",
    });
  }
  const places = placesOf(options);
  const agent =
    start?.agent === undefined ? null : nameOf(agentNamed(start.agent, settings().profiles));
  const choice = await choose(
    new Screen(process.stdout),
    places,
    start && { query: start.query, agent },
  );
  if (choice.do === "interrupt") process.exitCode = 130;
  if (choice.do !== "launch") return;
  const { resume } = await import("./resume.ts");
  const { agent: id, path } = choice.session;
  const selected = {
    agent: agentNamed(id, places.profiles),
    path,
    id: choice.session.id,
    name: path,
  };
  await resume(selected, places, [], { in: choice.target.id, launch: true });
}
