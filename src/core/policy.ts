/** Reads a policy: a YAML file that says what `segue watch` does about limits. */
import { dirname, resolve } from "node:path";
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from "yaml";
import { refuseUnwritable } from "../agents/claim.ts";
import { nameOf } from "../agents/profile.ts";
import { agentNamed } from "../agents/registry.ts";
import type { Agent, Profile } from "../agents/types.ts";
import { fileError, SegueError } from "../errors.ts";
import { textIn } from "../io/door.ts";
import { expandHome, hostOf } from "../io/host.ts";
import { findProgram } from "../io/program.ts";
import type { Env } from "../io/state.ts";
import {
  type Actions,
  type Command,
  DEFAULT_POLICY,
  EVENTS,
  LIMIT_KINDS,
  LIMIT_SCOPES,
  NOTIFY_PLACES,
  type Policy,
  type Rule,
} from "../limits/policy.ts";
import { didYouMean } from "../suggest.ts";

const MOST_BYTES = 1 << 20;
const MOST_RULES = 1000;

const KEYS = ["rules", "default"];
const ACTION_KEYS = ["notify", "prepare", "run", "shell"];
const RULE_KEYS = ["agent", "kind", "scope", "when", ...ACTION_KEYS];

/** @throws SegueError `usage` with the line of the error. */
export function readPolicy(path: string, env: Env, profiles?: readonly Profile[]): Policy {
  return parsePolicy(textOf(path), path, env, profiles);
}

export function parsePolicy(
  text: string,
  path: string,
  env: Env,
  profiles: readonly Profile[] = [],
): Policy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [problem] = [...document.errors, ...document.warnings];
  const reader = new Reader(path, lines, env, profiles);
  if (problem) {
    const [first = ""] = problem.message.split("\n");
    throw reader.error(`this is not valid YAML: ${first}`, problem.pos[0]);
  }
  return reader.policy(document.contents);
}

function textOf(path: string): string {
  try {
    return textIn(path, MOST_BYTES);
  } catch (error) {
    throw fileError(error, path, "read the policy");
  }
}

type Entries = Map<string, { node: Node | null; at: number | undefined }>;

class Reader {
  readonly #path: string;
  readonly #lines: LineCounter;
  readonly #env: Env;
  readonly #profiles: readonly Profile[];

  constructor(path: string, lines: LineCounter, env: Env, profiles: readonly Profile[]) {
    this.#profiles = profiles;
    this.#path = path;
    this.#lines = lines;
    this.#env = env;
  }

  policy(contents: Node | null): Policy {
    if (contents === null) return DEFAULT_POLICY;
    const entries = this.#entries(contents, "a policy", KEYS);
    const own = entries.get("default")?.node;
    const otherwise = own
      ? this.#actions(this.#short(own), this.#atOf(own))
      : DEFAULT_POLICY.otherwise;
    const list = entries.get("rules")?.node ?? null;
    if (list === null) return { rules: [], otherwise };
    if (!isSeq<Node>(list)) throw this.error("rules must be a list", this.#atOf(list));
    if (list.items.length > MOST_RULES) {
      throw this.error(`there can be ${MOST_RULES} rules at most`, this.#atOf(list));
    }
    return { rules: list.items.map((one) => this.#rule(one)), otherwise };
  }

  #rule(node: Node): Rule {
    const entries = this.#entries(node, "a rule", RULE_KEYS);
    const names = this.#list(entries, "agent");
    const chosen = <T extends string>(key: string, all: readonly T[]): T[] | null =>
      this.#list(entries, key)?.map((word) => this.#oneOf(word, all, key)) ?? null;
    if (!ACTION_KEYS.some((key) => entries.has(key))) {
      throw this.error(`a rule needs one of ${ACTION_KEYS.join(", ")}`, this.#atOf(node));
    }
    return {
      agents: names?.map((word) => this.#agent(word)) ?? null,
      kinds: chosen("kind", LIMIT_KINDS),
      scopes: chosen("scope", LIMIT_SCOPES),
      events: chosen("when", EVENTS),
      actions: this.#actions(entries, this.#atOf(node)),
    };
  }

  /** `default: notify` is short for `default: { notify: all }`. */
  #short(node: Node): Entries {
    if (!isScalar(node)) return this.#entries(node, "default", ACTION_KEYS);
    const at = this.#atOf(node);
    const word = this.#oneOf({ text: String(node.value), at }, ["notify", "none"], "default");
    return word === "notify" ? new Map() : new Map([["notify", { node, at }]]);
  }

  #actions(entries: Entries, at: number | undefined): Actions {
    const notify = entries.get("notify");
    const value = isScalar(notify?.node) ? notify.node.value : undefined;
    if (notify && value === undefined) throw this.error("notify must be one word", notify.at);
    const [run, shell] = [this.#list(entries, "run"), this.#text(entries, "shell")];
    if (run !== null && shell !== null) {
      throw this.error("a rule has either run or shell, not both", at);
    }
    return {
      notify: notify ? this.#place(value, notify.at) : "all",
      prepare: this.#list(entries, "prepare")?.map((word) => this.#target(word)) ?? [],
      run: shell === null ? this.#command(run, !isSeq(entries.get("run")?.node)) : { shell },
    };
  }

  #place(value: unknown, at: number | undefined): Actions["notify"] {
    if (typeof value === "boolean") return value ? "all" : "none";
    return this.#oneOf({ text: String(value), at }, NOTIFY_PLACES, "notify");
  }

  /** `isOne`: it is one text, which may be the path of a program, but a whole line is a likely slip. */
  #command(words: Word[] | null, isOne: boolean): Command | null {
    const [program, ...args] = words ?? [];
    if (program === undefined) return null;
    const { home } = hostOf(this.#env);
    const isPath = /[\\/]/.test(program.text);
    const text = isPath
      ? resolve(dirname(this.#path), expandHome(program.text, home))
      : program.text;
    if (isOne && /\s/.test(text.trim()) && findProgram(text, this.#env) === null) {
      const list = program.text.trim().split(/\s+/).join(", ");
      const hint = `write it as a list: [${list}]; for a line of the shell, use shell`;
      throw this.error(`there is no program "${program.text}"`, program.at, hint);
    }
    return { words: [text, ...args.map((word) => word.text)] };
  }

  #agent(word: Word): string {
    return nameOf(this.#named(word, () => {}));
  }

  /** An agent that sessions can be prepared for. */
  #target(word: Word): string {
    return nameOf(this.#named(word, refuseUnwritable));
  }

  #named({ text, at }: Word, check: (agent: Agent) => void): Agent {
    try {
      const agent = agentNamed(text, this.#profiles);
      check(agent);
      return agent;
    } catch (error) {
      if (!(error instanceof SegueError)) throw error;
      throw this.error(error.message, at, error.hint ?? undefined);
    }
  }

  #text(entries: Entries, key: string): string | null {
    const [word, more] = this.#list(entries, key) ?? [];
    if (more) throw this.error(`${key} must be one line of text`, more.at);
    return word?.text ?? null;
  }

  /** One text, or a list of texts; null if the key is not there. */
  #list(entries: Entries, key: string): Word[] | null {
    const found = entries.get(key);
    if (!found) return null;
    const { node } = found;
    const items = isSeq<Node>(node) ? node.items : [node];
    const words = items.map((item) => {
      const value = isScalar(item) ? item.value : null;
      const text = typeof value === "number" ? String(value) : value;
      const at = item === null ? found.at : this.#atOf(item);
      if (typeof text === "string" && text !== "" && !text.includes("\0")) return { text, at };
      throw this.error(`${key} must be a text, or a list of texts`, at ?? found.at);
    });
    if (words.length === 0) throw this.error(`${key} is an empty list`, found.at);
    return words;
  }

  #oneOf<T extends string>({ text, at }: Word, all: readonly T[], key: string): T {
    const found = all.find((one) => one === text);
    if (found !== undefined) return found;
    const listed = `${all.slice(0, -1).join(", ")} or ${all.at(-1)}`;
    const hint = didYouMean(text, all) ?? undefined;
    throw this.error(`${key} must be ${listed}, not "${text}"`, at, hint);
  }

  #entries(node: Node, what: string, known: readonly string[]): Entries {
    if (!isMap<Node, Node | null>(node)) {
      throw this.error(`${what} must hold keys and values`, this.#atOf(node));
    }
    return new Map(node.items.map((pair) => this.#entry(pair, known)));
  }

  #entry({ key, value }: Pair<Node, Node | null>, known: readonly string[]) {
    const name = isScalar(key) ? String(key.value) : "?";
    const at = this.#atOf(key);
    if (known.includes(name)) return [name, { node: value, at }] as const;
    const meant = didYouMean(name, known);
    const hint = `${meant === null ? "" : `${meant} `}the keys here are ${known.join(", ")}`;
    throw this.error(`there is no key "${name}"`, at, hint);
  }

  #atOf(node: Node): number | undefined {
    return node.range?.[0];
  }

  error(what: string, at: number | undefined, hint?: string): SegueError {
    const line = at === undefined ? "" : `:${this.#lines.linePos(at).line}`;
    return new SegueError("usage", what, {
      where: `${this.#path}${line}`,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

interface Word {
  text: string;
  at: number | undefined;
}
