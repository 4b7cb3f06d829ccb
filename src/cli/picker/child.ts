/** Runs Segue commands in separate processes, so that keys never wait. */
import { spawn } from "node:child_process";
import type { Places } from "../../core/places.ts";
import { type Env, onInterrupt, withoutSignals } from "../../core/process.ts";

export interface Ended {
  /** null if it was stopped. */
  code: number | null;
  out: string;
  err: string;
}

/** A running command; it is stopped when the picker ends. */
export class Child {
  readonly ended: Promise<Ended>;
  readonly stop: () => void;

  constructor(args: readonly string[], { env }: Places) {
    const [program = ""] = process.argv.slice(1);
    const child = spawn(process.execPath, [...process.execArgv, program, ...args], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.stop = () => child.kill();
    const release = onInterrupt(this.stop);
    const texts = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      texts.out += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      texts.err += chunk;
    });
    this.ended = new Promise((resolve) => {
      child.on("error", ({ message }) => resolve({ ...texts, code: 1, err: message }));
      child.on("close", (code) => {
        release();
        resolve({ ...texts, code });
      });
    });
  }
}

/** A command that uses the terminal until it ends; returns its exit code. */
export async function toEnd(args: readonly string[], env: Env): Promise<number> {
  const [program = ""] = process.argv.slice(1);
  const given = [...process.execArgv, program, ...args];
  const child = spawn(process.execPath, given, { env, stdio: "inherit" });
  return await withoutSignals(
    () =>
      new Promise((resolve) => {
        child.on("error", () => resolve(1));
        child.on("close", (code) => resolve(code ?? 1));
      }),
  );
}

/** `--store` for each store that was given for this run. */
export function storeOptions({ stores }: Places): string[] {
  return [...stores].flatMap(([agent, folder]) => ["--store", `${agent}=${folder}`]);
}
