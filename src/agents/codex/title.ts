/** Codex stores titles in its own index, not in session files; only Codex can write them there. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { programWords } from "../../io/program.ts";
import type { TitleRequest } from "../types.ts";

const TIMEOUT_MS = 10_000;

/**
 * Asks `codex app-server` to name the thread (method thread/name/set; tested with 0.169.0: a thread
 * that was never opened accepts a name, too). Rejects if it does not answer or refuses.
 */
export function setTitle({ command, id, title, env }: TitleRequest): Promise<void> {
  const [program, ...before] = programWords(command, env);
  const child = spawn(program, [...before, "app-server"], {
    env,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const send = (message: object): void => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  };
  const done = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error("codex app-server did not answer")),
      TIMEOUT_MS,
    );
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve();
    };
    child.on("error", settle);
    child.stdin.on("error", settle);
    child.on("exit", () => settle(new Error("codex app-server ended early")));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const answer = answerTo(line);
      if (answer?.id === 1) {
        send({ method: "initialized" });
        send({ id: 2, method: "thread/name/set", params: { threadId: id, name: title } });
      } else if (answer?.id === 2) settle(answer.error);
    });
  });
  const clientInfo = { name: "segue", title: "Segue", version: "1" };
  send({
    id: 1,
    method: "initialize",
    params: { clientInfo, capabilities: { experimentalApi: true } },
  });
  return done.finally(() => child.kill());
}

/** undefined for notifications and for lines that are not messages. */
function answerTo(line: string): { id: number; error?: Error } | undefined {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof message !== "object" || message === null || !("id" in message)) return undefined;
  if (typeof message.id !== "number") return undefined;
  if (!("error" in message)) return { id: message.id };
  return { id: message.id, error: new Error(`codex said: ${JSON.stringify(message.error)}`) };
}
