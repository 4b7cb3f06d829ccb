/**
 * The effective settings: the command line overrides the environment, which overrides the project's
 * file, which overrides the user's own, which overrides the defaults.
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Profile } from "../agents/types.ts";
import { SegueError } from "../errors.ts";
import { hostOf } from "../io/host.ts";
import { configFile, type Env, variableFor } from "../io/state.ts";
import { KEYS, keyFor, type Value } from "./keys.ts";
import type { Assigned, Layer, Source } from "./layers.ts";
import type { Around } from "./values.ts";

export interface Setting {
  key: string;
  value: Value | null;
  source: Source;
  where: string | null;
}

export interface ConfigPath {
  path: string;
  source: "project" | "user";
  found: boolean;
}

export class Settings {
  readonly files: readonly ConfigPath[];
  /** Errors in files and variables that were ignored because of them. */
  readonly faults: readonly SegueError[];
  /** Other accounts of agents; only the user's own file can name any. */
  readonly profiles: readonly Profile[];
  readonly #layers: readonly Layer[];

  /** `layers`: the first one that sets a value wins. */
  constructor(
    layers: readonly Layer[] = [],
    files: readonly ConfigPath[] = [],
    faults: readonly SegueError[] = [],
    profiles: readonly Profile[] = [],
  ) {
    this.#layers = layers;
    this.profiles = profiles;
    this.files = files;
    this.faults = faults;
  }

  get(key: string): Setting {
    const weaker = keyFor(key)?.key.onlyRaised ?? [];
    for (const [i, { source, values }] of this.#layers.entries()) {
      const set = values.get(key);
      if (!set) continue;
      const next = source === "project" ? this.#layers[i + 1]?.values.get(key) : undefined;
      // A project may only strengthen the value in the user's own file.
      if (next && weaker.indexOf(`${set.value}`) < weaker.indexOf(`${next.value}`)) continue;
      return { key, source, ...set };
    }
    return { key, value: keyFor(key)?.key.default ?? null, source: "default", where: null };
  }

  text(key: string): string | null {
    const { value } = this.get(key);
    return typeof value === "string" ? value : null;
  }

  count(key: string): number | null {
    const { value } = this.get(key);
    return typeof value === "number" ? value : null;
  }

  words(key: string): readonly string[] {
    const { value } = this.get(key);
    return typeof value === "object" && value !== null ? value : [];
  }

  /** Every key that is not about an agent, then those of configured agents. */
  all(): Setting[] {
    const plain = KEYS.filter(({ name }) => !name.includes("<")).map(({ name }) => name);
    const set = this.#layers.flatMap(({ values }) => [...values.keys()]);
    const more = [...new Set(set)].filter((name) => !plain.includes(name)).sort();
    return [...plain, ...more].map((name) => this.get(name));
  }
}

let current = new Settings();

/** The settings of this run. */
export function settings(): Settings {
  return current;
}

export interface LoadOptions {
  flags?: ReadonlyMap<string, Assigned>;
  /** Layers that are ignored, rather than refused, if they contain an error. */
  dispensable?: ReadonlySet<Source>;
}

/**
 * Reads all settings.
 * @throws SegueError for an error in a layer that the command depends on.
 */
export async function readSettings(
  env: Env,
  folder: string,
  { flags = new Map(), dispensable = new Set() }: LoadOptions = {},
): Promise<Settings> {
  const files = configPaths(env, folder);
  const faults: SegueError[] = [];
  const take = async <T extends Layer>(
    source: Source,
    read: () => Promise<T>,
  ): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof SegueError) || !dispensable.has(source)) throw error;
      faults.push(error);
      return undefined;
    }
  };
  const inFile = async (source: "project" | "user", profiles: readonly Profile[]) => {
    const file = files.find((one) => one.source === source && one.found);
    if (!file) return undefined;
    const { readConfig } = await import("./file.ts");
    const home = hostOf(env).home;
    return await take(source, async () => readConfig({ path: file.path, source, home, profiles }));
  };
  // First, because the others may name a profile.
  const user = await inFile("user", []);
  const profiles = user?.profiles ?? [];
  const variables = await take("environment", () => environment(env, folder, profiles));
  const project = await inFile("project", profiles);
  const layers = [{ source: "flag", values: flags } as const, variables, project, user].filter(
    (layer) => layer !== undefined,
  );
  return new Settings(layers, files, faults, profiles);
}

/** Like `readSettings`; from then on, `settings()` returns the result. */
export async function loadSettings(...how: Parameters<typeof readSettings>): Promise<Settings> {
  current = await readSettings(...how);
  return current;
}

const PROJECT_FILE = ".segue.yml";

function configPaths(env: Env, folder: string): ConfigPath[] {
  const user = configFile(env);
  const own = { path: user, source: "user", found: existsSync(user) } as const;
  for (let at = resolve(folder); ; at = dirname(at)) {
    const path = join(at, PROJECT_FILE);
    if (path !== user && existsSync(path)) return [{ path, source: "project", found: true }, own];
    if (dirname(at) === at) return [own];
  }
}

/** For agents, the variables in the environment; for everything else, the variable of each key. */
async function environment(env: Env, folder: string, profiles: readonly Profile[]): Promise<Layer> {
  const values = new Map<string, Assigned>();
  const names = new Map<string, string>();
  for (const { name } of KEYS) if (!name.includes("<")) names.set(variableFor(name), name);
  const ofAgents = Object.keys(env).filter((name) => AGENT_VARIABLE.test(name) && env[name]);
  if (ofAgents.length > 0) {
    const { agents } = await import("../agents/registry.ts");
    for (const { id } of agents) {
      for (const key of ["store", "command", "args"]) {
        const name = `agents.${id}.${key}`;
        names.set(variableFor(name), name);
      }
    }
  }
  for (const [variable, name] of names) {
    const given = env[variable];
    if (!given) continue;
    const around = { home: hostOf(env).home, folder, profiles };
    values.set(name, { value: await readVariable(name, given, around), where: variable });
  }
  const color = colorIn(env);
  if (color && !values.has("color")) values.set("color", color);
  return { source: "environment", values };
}

const AGENT_VARIABLE = /^SEGUE_AGENTS_/;

async function readVariable(name: string, given: string, around: Around): Promise<Value> {
  const { readValue } = await import("./values.ts");
  const { key } = keyFor(name) ?? {};
  const value = key ? readValue(key.kind, given, around) : new Error("a setting");
  if (!(value instanceof Error)) return value;
  throw new SegueError("usage", `${variableFor(name)} must be ${value.message}`);
}

/** The variables that many programs respect. */
function colorIn({ FORCE_COLOR, NO_COLOR }: Env): Assigned | undefined {
  if (FORCE_COLOR) {
    const never = FORCE_COLOR === "0" || FORCE_COLOR === "false";
    return { value: never ? "never" : "always", where: "FORCE_COLOR" };
  }
  return NO_COLOR ? { value: "never", where: "NO_COLOR" } : undefined;
}
