/**
 * Runs command lines one after the other in a process that has Segue loaded, for tests of what a
 * command does and not of how a process lives: see `Machine.run`. Told by messages what to run.
 */
import { main } from "../../src/cli/main.ts";

export interface Order {
  args: string[];
  cwd: string;
  env: { [name: string]: string };
}

export interface Report {
  code: number;
  /** Base64. */
  stdout: string;
  stderr: string;
}

type Stream = NodeJS.WriteStream;

process.on("message", (order: Order) => {
  void perform(order).then((report) => process.send?.(report));
});

async function perform({ args, cwd, env }: Order): Promise<Report> {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.exitCode = undefined;
  const [out, err] = [catching(process.stdout), catching(process.stderr)];
  try {
    const code = await main(args);
    // Errors of a stream, and what a command leaves for its process, come a turn later.
    await new Promise((resolve) => setImmediate(resolve));
    return { code, stdout: out.text(), stderr: err.text() };
  } finally {
    out.end();
    err.end();
    for (const signal of ["SIGINT", "SIGTERM"]) process.removeAllListeners(signal);
    // Out of the folder: its test takes it away.
    process.chdir("/");
  }
}

/** What is written to a stream meanwhile; nothing of it gets out. */
function catching(stream: Stream): { text(): string; end(): void } {
  const chunks: Buffer[] = [];
  const write = stream.write;
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : Buffer.from(chunk));
    const done = rest.find((one) => typeof one === "function");
    if (typeof done === "function") done();
    return true;
  };
  return {
    text: () => Buffer.concat(chunks).toString("base64"),
    end: () => {
      stream.write = write;
      stream.removeAllListeners("error");
    },
  };
}
