/** What a hand-over would lose: a dry run in a process of its own, so that keys are never waited for. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Places } from "../../core/places.ts";
import { onInterrupt } from "../../core/process.ts";
import type { Session, Target } from "./model.ts";

const MOST_LINES = 60;

export class Losses {
  readonly #places: Places;
  readonly #changed: () => void;
  readonly #known = new Map<string, readonly string[]>();
  #running: { key: string; child: ChildProcess; release(): void } | null = null;

  constructor(places: Places, changed: () => void) {
    this.#places = places;
    this.#changed = changed;
  }

  of(session: Session, target: Target): readonly string[] | undefined {
    if (session.agent === target.id)
      return ["It opens as it is: nothing is converted, nothing lost."];
    return this.#known.get(keyOf(session, target));
  }

  /** Reckons this one next, and leaves what is being reckoned. */
  want(session: Session, target: Target): void {
    const key = keyOf(session, target);
    if (this.of(session, target) || this.#running?.key === key) return;
    this.stop();
    const [program = ""] = process.argv.slice(1);
    const what = ["resume", session.path, "--from", session.agent, "--in", target.id, "--dry-run"];
    const { env, stores } = this.#places;
    const given = [...stores].flatMap(([agent, folder]) => ["--store", `${agent}=${folder}`]);
    const child = spawn(process.execPath, [...process.execArgv, program, ...what, ...given], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#running = { key, child, release: onInterrupt(() => child.kill()) };
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    child.on("error", (error) => this.#end(child, key, error.message));
    child.on("close", () => this.#end(child, key, text));
  }

  stop(): void {
    this.#running?.child.kill();
    this.#running?.release();
    this.#running = null;
  }

  #end(child: ChildProcess, key: string, text: string): void {
    if (this.#running?.child !== child) return;
    this.#running.release();
    this.#running = null;
    const lines = text.split("\n").filter((line) => line.trim() !== "" && !/^dry run:/.test(line));
    this.#known.set(key, lines.slice(0, MOST_LINES));
    this.#changed();
  }
}

function keyOf({ path }: Session, { id }: Target): string {
  return `${id} ${path}`;
}
