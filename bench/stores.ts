/**
 * Whole stores for benchmarks, below bench/.data: a home folder with sessions of every agent that
 * the generators know, in realistic sizes (many small ones, a few very large), or all small.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { agentNamed } from "../src/agents/registry.ts";
import { emptyHeader } from "../src/session/header.ts";
import { CWD } from "./conversation.ts";
import { DATA, FORMAT_NAMES, generate } from "./generate.ts";
import { Random } from "./text.ts";

/** Part of the folder's name: increase it whenever the generated contents change. */
const EDITION = 1;

/** What sessions of each agent are cut from. */
const SOURCE_MEGABYTES = 20;
const PROJECTS = 60;
const LAST = Date.parse("2026-11-20T18:00:00.000Z");

export interface Stores {
  home: string;
  /** The number of session files, and their total size. */
  paths: string[];
  bytes: number;
}

/** A home with `count` sessions of `average` bytes, which is generated unless it exists. */
export function generateStores(count: number, average: number): Stores {
  const home = join(DATA, `home-${count}-${average}-${FORMAT_NAMES.length}-${EDITION}`);
  const list = join(home, "made");
  if (!existsSync(list)) {
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home, { recursive: true });
    const stores = make(home, count, average);
    const fd = openSync(`${list}.new`, "w");
    writeSync(fd, JSON.stringify(stores));
    closeSync(fd);
    renameSync(`${list}.new`, list);
  }
  const stores: Stores = JSON.parse(readFileSync(list, "utf8"));
  return stores;
}

function make(home: string, count: number, average: number): Stores {
  const random = new Random(count);
  const sources = FORMAT_NAMES.map((agent) => new Source(agent));
  const stores: Stores = { home, paths: [], bytes: 0 };
  for (let n = 0; n < count; n++) {
    const source = sources[n % sources.length];
    if (!source) continue;
    const { path, bytes } = source.session(home, sizeOf(random, average), n, count, random);
    stores.paths.push(path);
    stores.bytes += bytes;
  }
  return stores;
}

/** Most sessions are small, and the few large ones have most of the bytes. */
function sizeOf(random: Random, average: number): number {
  return Math.round(
    average * (average < 50_000 ? 0.4 + 1.2 * random.unit() : 4 * random.unit() ** 3 + 0.02),
  );
}

class Source {
  readonly #agent: string;
  readonly #bytes: Buffer;
  readonly #id: string;

  constructor(agent: string) {
    this.#agent = agent;
    this.#bytes = readFileSync(generate(agent, SOURCE_MEGABYTES));
    this.#id = idIn(agent, this.#bytes.toString("utf8", 0, this.#bytes.indexOf(0x0a)));
  }

  /** The beginning of the source, up to a whole line, with its own id and project. */
  session(home: string, size: number, n: number, count: number, random: Random) {
    const time = LAST - (count - n) * 60_000;
    const id = this.#agent === "claude-code" ? random.uuid4() : random.uuid7(time);
    const cwd = n % 10 === 0 ? CWD : `/home/dev/project-${random.int(1, PROJECTS)}`;
    const end = this.#bytes.indexOf(0x0a, Math.min(size, this.#bytes.length - 1e5)) + 1;
    const agent = agentNamed(this.#agent);
    const [root = ""] = agent.store.roots({ HOME: home });
    const header = { ...emptyHeader(agent.id), id, cwd, createdAt: new Date(time).toISOString() };
    const path = agent.store.pathFor(root, header, { HOME: home });
    mkdirSync(dirname(path), { recursive: true });
    this.#write(path, end, id, cwd, `request ${n}`);
    utimesSync(path, new Date(time), new Date(time));
    return { path, bytes: end };
  }

  /** In the head, ids and the folder keep their length; the rest is copied unchanged. */
  #write(path: string, end: number, id: string, cwd: string, prompt: string): void {
    const headEnd = Math.min(end, this.#bytes.indexOf(0x0a, 30_000) + 1);
    const head = this.#bytes
      .toString("utf8", 0, headEnd)
      .replaceAll(this.#id, id)
      .replaceAll(`"cwd":"${CWD}"`, `"cwd":"${cwd}"`)
      .replace(/("(?:content|text)":")(?=[a-z])/, `$1${prompt} `);
    const fd = openSync(path, "w");
    writeSync(fd, head);
    writeSync(fd, this.#bytes, headEnd, end - headEnd);
    closeSync(fd);
  }
}

function idIn(agent: string, line: string): string {
  const key = agent === "claude-code" ? "sessionId" : "id";
  return new RegExp(`"${key}":"([0-9a-f-]{36})"`).exec(line)?.[1] ?? "";
}

if (import.meta.main) {
  const [count = "200", average = "8000"] = process.argv.slice(2);
  const { home, bytes, paths } = generateStores(Number(count), Number(average));
  process.stdout.write(`${home}: ${paths.length} sessions, ${(bytes / 1e6).toFixed(0)} MB\n`);
}
