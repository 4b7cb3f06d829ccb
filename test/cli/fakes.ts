/** Machines with fakes of agents, for `segue run`. */
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
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

  /** Writes a session of Claude Code's in the folder, which is at its limit. */
  limited(sessionId: string, prompt: string): void {
    const folder = this.at(".claude/projects", this.at("shop").replace(/[^a-zA-Z0-9]/g, "-"));
    const record = (type: string, content: unknown, more: object) => ({
      ...{ parentUuid: null, isSidechain: false, userType: "external", cwd: this.at("shop") },
      ...{ sessionId, version: "2.1.332", type, message: { role: type, content }, ...more },
      ...{ uuid: `${type}-1`, timestamp: new Date().toISOString() },
    });
    const more = { isApiErrorMessage: true, error: "rate_limit", apiErrorStatus: 429 };
    const text = [{ type: "text", text: LIMIT }];
    const all = [record("user", prompt, {}), record("assistant", text, more)];
    mkdirSync(folder, { recursive: true });
    const lines = all.map((one) => `${JSON.stringify(one)}\n`);
    writeFileSync(join(folder, `${sessionId}.jsonl`), lines.join(""));
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
