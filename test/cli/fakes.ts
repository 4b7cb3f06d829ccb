/** Machines with fakes of agents, for `segue run`. */
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { type Deed, fake, logged } from "../support/fake-agent.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Ended, Machine, type RunOptions } from "../support/segue.ts";

const root = temporaryFolder();
export const LIMIT = "You've hit your weekly limit";
export const PI_LIMIT =
  '429: {"message":"You exceeded your current quota","code":"insufficient_quota"}';

/** A machine whose agents do what is asked of them. */
export class Fakes extends Machine {
  constructor(deeds: { [who: string]: readonly Deed[] }) {
    super(realpathSync(mkdtempSync(join(root, "home-"))));
    mkdirSync(this.at("shop"));
    fake(this.home, deeds);
  }

  segue(line: string, options: RunOptions = {}): Promise<Ended> {
    return this.run(["run", ...line.split(" ")], { cwd: this.at("shop"), alone: true, ...options });
  }

  logged(who: string): ReturnType<typeof logged> {
    return logged(this.home, who);
  }

  signals(who: string): string[] {
    const path = this.at(`${who}.signals`);
    return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  }

  /** The text of its sessions. */
  stored(pattern: string): string {
    const files = globSync(pattern, { cwd: this.home });
    return files.map((file) => readFileSync(this.at(file), "utf8")).join("\n");
  }

  get claude(): string {
    return this.stored(".claude/projects/*/*.jsonl");
  }

  get pi(): string {
    return this.stored(".pi/agent/sessions/*/*.jsonl");
  }
}

export function whenLogged(m: Fakes, who: string, then: () => void): void {
  when(() => m.logged(who).length > 0, then);
}

export function when(is: () => boolean, then: () => void): void {
  const timer = setInterval(() => {
    if (!is()) return;
    clearInterval(timer);
    then();
  }, 50);
  // What is waited for may never be: then the test fails by itself.
  timer.unref();
}
