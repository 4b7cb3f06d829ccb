/**
 * Translates one agent's flags to another's. The result is never more permissive than requested: if
 * nothing matches, it is refused, and what cannot be translated is named.
 */
import {
  type About,
  ASK,
  both,
  type Flags,
  type Grant,
  type Mode,
  type Model,
  permissionName,
  type Setting,
  type Use,
  type Vendor,
  within,
} from "../agents/shared/flags.ts";
import { SegueError } from "../errors.ts";

/** An agent, with only its flags. */
export interface Speaker {
  name: string;
  flags: Flags;
}

export interface Translated {
  args: string[];
  /** What was translated or left out, one line each. */
  notes: string[];
}

/**
 * `args` are flags of the source or of the target; other words are passed on unchanged.
 * @throws SegueError if the target cannot be kept from doing more than requested, unless `force` is
 * set, which leaves that to the target's own settings.
 */
export function translateFlags(
  args: readonly string[],
  source: Speaker,
  target: Speaker,
  { force = false } = {},
): Translated {
  return new Translation(source, target, force).of(args);
}

/** The flags on a command line, as one agent reads them. */
export function usesOf(args: readonly string[], flags: Flags): Use[] {
  const table = tableOf(flags);
  const uses: Use[] = [];
  for (let i = 0; i < args.length && args[i] !== "--"; i++) {
    const use = read(args, i, table, (word) => split(word, table)[0] !== undefined);
    if (!use) continue;
    uses.push(use);
    i += use.words.length - 1;
  }
  return uses;
}

/**
 * The purpose of an agent's flag with this name, and how many values it takes; undefined for none.
 */
export function flagNamed(name: string, flags: Flags): Pick<Flag, "about" | "arity"> | undefined {
  return tableOf(flags).get(name);
}

class Translation {
  readonly #source: Speaker;
  readonly #target: Speaker;
  readonly #force: boolean;
  readonly #notes: string[] = [];
  /** Words of the target, or of neither agent, in order. */
  #kept: (string | Use)[] = [];
  /** Words of the source. */
  readonly #uses: Use[] = [];

  constructor(source: Speaker, target: Speaker, force: boolean) {
    this.#source = source;
    this.#target = target;
    this.#force = force;
  }

  of(args: readonly string[]): Translated {
    const end = args.indexOf("--");
    const flags = end < 0 ? args : args.slice(0, end);
    this.#sort(flags);
    for (const use of this.#uses) this.#leaveOut(use);
    const said = [...this.#model(), ...this.#effort(), ...this.#permission()];
    const kept = this.#kept.flatMap((word) => (typeof word === "string" ? [word] : word.words));
    const rest = end < 0 ? [] : args.slice(end);
    // Folders last: a flag that takes several would also take the words after it.
    return { args: [...said, ...kept, ...this.#dirs(), ...rest], notes: this.#notes };
  }

  /** Which agent each word belongs to. */
  #sort(args: readonly string[]): void {
    const [own, foreign] = [tableOf(this.#source.flags), tableOf(this.#target.flags)];
    const isFlag = (word: string): boolean =>
      [own, foreign].some((table) => split(word, table)[0] !== undefined);
    for (let i = 0; i < args.length; i++) {
      const here = read(args, i, own, isFlag);
      const there = read(args, i, foreign, isFlag);
      const use = prefer(here, there);
      if (use && use === here) this.#uses.push(use);
      else this.#kept.push(use ?? args[i] ?? "");
      i += (use?.words.length ?? 1) - 1;
    }
  }

  #leaveOut({ about, words, values }: Use): void {
    const text = words.join(" ");
    const why: { [about in About]?: string } = {
      own: `${this.#target.name} has no equivalent`,
      session: "Segue chooses the session",
    };
    const isSet = about === "config" && values.some((value) => this.#setting(value) !== null);
    const reason = about === "config" && !isSet ? "the setting has no equivalent" : why[about];
    if (reason !== undefined) this.#notes.push(`${text}: left out, ${reason}`);
  }

  #setting(value: string): Setting | null {
    return this.#source.flags.setting?.(value) ?? null;
  }

  /** The last value for this in flags and settings; flags override settings. */
  #said(about: "model" | "effort"): { value: string; use: Use } | null {
    const flag = this.#uses.findLast((use) => use.about === about && use.values.length > 0);
    if (flag) return { value: flag.values[0] ?? "", use: flag };
    for (const use of this.#uses.toReversed()) {
      const setting = use.about === "config" ? this.#setting(use.values[0] ?? "") : null;
      if (setting?.about === about) return { value: setting.value, use };
    }
    return null;
  }

  #isKept(about: About): boolean {
    return this.#kept.some((word) => typeof word !== "string" && word.about === about);
  }

  #model(): string[] {
    const said = this.#said("model");
    if (!said || this.#isKept("model")) return [];
    const { name, flags } = this.#target;
    const text = said.use.words.join(" ");
    const known = tableOf(flags).has(said.use.words[0]?.split("=")[0] ?? "");
    const model = modelOf(said.value);
    const word = modelName(said.value, model, flags, known);
    if (word === null) {
      this.#notes.push(`${text}: left out, ${name} has no such model and uses its default`);
      return [];
    }
    return this.#instead(text, ["--model", word]);
  }

  #effort(): string[] {
    const said = this.#said("effort");
    if (!said || this.#isKept("effort")) return [];
    const { name, flags } = this.#target;
    const text = said.use.words.join(" ");
    const level = flags.effort ? levelOf(said.value, flags.effort.levels) : null;
    if (!flags.effort || level === null) {
      this.#notes.push(`${text}: left out, ${name} uses its default`);
      return [];
    }
    return this.#instead(text, flags.effort.args(level));
  }

  #dirs(): string[] {
    const uses = this.#uses.filter(({ about }) => about === "dirs");
    if (uses.length === 0) return [];
    const { name, flags } = this.#target;
    const text = uses.flatMap(({ words }) => words).join(" ");
    const dirs = uses.flatMap(({ values }) => values);
    const args = flags.dirs?.(dirs) ?? [];
    if (args.length > 0) return this.#instead(text, args);
    this.#notes.push(`${text}: left out, ${name} has no flag for additional folders`);
    return [];
  }

  #permission(): string[] {
    const asked = this.#asked();
    if (asked === null) return [];
    const literal = this.#literal();
    const said = this.#uses.filter((use) => this.#isPermission(use));
    const text = said.flatMap(({ words }) => words).join(" ");
    if (literal !== null && within(literal, asked)) {
      this.#notes.push(`${text}: left out, ${this.#target.name}'s own flags take precedence`);
      return [];
    }
    this.#kept = this.#kept.filter((word) => typeof word === "string" || !this.#saysSo(word));
    const mode = this.#mode(literal === null ? asked : both(asked, literal), text);
    if (mode === null) {
      this.#notes.push(
        `${text}: left out, ${this.#target.name} uses its own configuration (--force)`,
      );
      return [];
    }
    const less = within(asked, mode.grants) ? "" : ` (asked for: ${permissionName(asked)})`;
    this.#notes.push(
      `${text} → ${mode.args.join(" ") || "no flag"}: ${permissionName(mode.grants)}${less}`,
    );
    return [...mode.args];
  }

  /**
   * What the source's flags permit; if some restrict it in ways that others cannot express, at most
   * asking.
   */
  #asked(): readonly Grant[] | null {
    const granted = this.#source.flags.grants(
      this.#uses.filter(({ about }) => about === "permission" || about === "config"),
    );
    const isLess = this.#uses.some(({ about }) => about === "restricts");
    if (!isLess) return granted;
    return granted === null ? ASK : both(granted, ASK);
  }

  /** What the target's own flags permit. */
  #literal(): readonly Grant[] | null {
    return this.#target.flags.grants(
      this.#kept.filter((word) => typeof word !== "string").filter((use) => this.#saysSo(use)),
    );
  }

  /** Is it a permission flag of the target? */
  #saysSo({ about, values }: Use): boolean {
    if (about !== "config") return about === "permission";
    return values.some((value) => this.#target.flags.setting?.(value)?.about === "permission");
  }

  #isPermission({ about, values }: Use): boolean {
    if (about === "config") {
      return values.some((value) => this.#setting(value)?.about === "permission");
    }
    return about === "permission" || about === "restricts";
  }

  #mode(asked: readonly Grant[], text: string): Mode | null {
    const { name, flags } = this.#target;
    const fit = flags.modes.filter(({ grants }) => within(grants, asked));
    const [best] = fit.filter(
      ({ grants }) =>
        !fit.some((other) => within(grants, other.grants) && !within(other.grants, grants)),
    );
    if (best || this.#force) return best ?? null;
    throw new SegueError("refused", `${name} has no flag that restricts it to this`, {
      where: text,
      hint: `omit these flags and set the permissions in ${name}'s own configuration; --force starts it with that configuration`,
    });
  }

  #instead(text: string, args: readonly string[]): string[] {
    const said = args.join(" ");
    if (said !== text) this.#notes.push(`${text} → ${said}`);
    return [...args];
  }
}

interface Flag {
  about: About;
  name: string;
  arity: "none" | "one" | "optional" | "many";
  /** The possible values; null for any. */
  choices: readonly string[] | null;
}

const tables = new WeakMap<Flags, ReadonlyMap<string, Flag>>();

function tableOf(flags: Flags): ReadonlyMap<string, Flag> {
  const known = tables.get(flags);
  if (known) return known;
  const table = new Map<string, Flag>();
  for (const about of ABOUTS) {
    for (const text of flags.table[about] ?? []) {
      const [, spelled = "", value = ""] = /^([^<[]+?)(?: ([<[].*))?$/.exec(text) ?? [];
      const names = spelled.split(", ");
      const name = names.find((one) => one.startsWith("--")) ?? spelled;
      const flag = { about, name, arity: arityOf(value), choices: choicesOf(value) };
      for (const one of names) table.set(one, flag);
    }
  }
  tables.set(flags, table);
  return table;
}

const ABOUTS: readonly About[] = [
  "model",
  "effort",
  "dirs",
  "permission",
  "config",
  "restricts",
  "session",
  "own",
];

function arityOf(value: string): Flag["arity"] {
  if (value === "") return "none";
  if (value.includes("...")) return "many";
  return value.startsWith("[") ? "optional" : "one";
}

function choicesOf(value: string): string[] | null {
  return value.includes("|") ? value.slice(1, -1).split("|") : null;
}

/** The flag at `args[i]`; null if there is none, or its value is invalid. */
function read(
  args: readonly string[],
  i: number,
  table: ReadonlyMap<string, Flag>,
  isFlag: (word: string) => boolean,
): Use | null {
  const word = args[i] ?? "";
  const [flag, glued] = split(word, table);
  if (!flag) return null;
  const { about, name, arity, choices } = flag;
  const after: string[] = [];
  if (glued === null) {
    for (const next of args.slice(i + 1)) {
      const enough = arity === "none" || (arity !== "many" && after.length > 0);
      if (enough || isFlag(next) || (arity !== "one" && next.startsWith("-"))) break;
      after.push(next);
    }
    // Some take a boolean value from the next word.
    const isSwitch = arity === "none" && (about === "permission" || about === "session");
    if (isSwitch && args[i + 1] === "false") after.push("false");
  }
  const values = glued === null ? after : [glued];
  if (arity === "one" && values.length === 0) return null;
  if (choices && !choices.includes(values[0] ?? "")) return null;
  // Whatever it says about the session is not repeated.
  const isOff = arity === "none" && values[0] === "false" && about !== "session";
  return { about: isOff ? "own" : about, name, values, words: [word, ...after] };
}

/** `--name=value`, and `-xvalue` for flags with one value. */
function split(word: string, table: ReadonlyMap<string, Flag>): [Flag | undefined, string | null] {
  const whole = table.get(word);
  if (whole || !word.startsWith("-")) return [whole, null];
  const at = word.indexOf("=");
  if (at > 0) return [table.get(word.slice(0, at)), word.slice(at + 1)];
  const short = word.startsWith("--") ? undefined : table.get(word.slice(0, 2));
  return short?.arity === "one" ? [short, word.slice(2)] : [undefined, null];
}

/** A word that both know belongs to the source, unless only the target can be meant. */
function prefer(source: Use | null, target: Use | null): Use | null {
  if (!source || !target) return source ?? target;
  // "-s read-only" is Codex's, though others have an "-s" without a value.
  if (target.about === "permission" && target.words.length > source.words.length) return target;
  const isOwn = source.about === "own" || source.about === "session";
  return isOwn && (source.name === target.name || target.about === "permission") ? target : source;
}

const VENDORS: readonly [Vendor, RegExp][] = [
  ["anthropic", /^(claude-|opus|sonnet|haiku|fable)/i],
  ["openai", /^(gpt-|codex-|chatgpt-|o\d)/i],
  ["google", /^(gemini-|gemma-)/i],
  ["qwen", /^(qwen|qwq|coder-model)/i],
];

const ALIAS = /^(opus|sonnet|haiku|fable|opusplan)$/i;

/** null for a model of an unknown vendor. */
function modelOf(text: string): Model | null {
  const name = text
    .slice(text.lastIndexOf("/") + 1)
    .replace(/:(off|minimal|low|medium|high|xhigh|max)$/, "");
  const found = VENDORS.find(([, pattern]) => pattern.test(name));
  return found ? { vendor: found[0], name, alias: ALIAS.test(name) } : null;
}

/** `known`: the target has the same flag, so the name may be one of its own. */
function modelName(text: string, model: Model | null, flags: Flags, known: boolean): string | null {
  const { models } = flags;
  if (known && models.qualified && text.includes("/")) return text;
  if (!model) return known ? text : null;
  return models.vendors.includes(model.vendor) ? models.name(model) : null;
}

const LEVELS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/** The level with that name, else the next lower, else the lowest. */
function levelOf(value: string, levels: readonly string[]): string | null {
  const rank = (level: string): number => LEVELS.indexOf(level === "off" ? "none" : level);
  const wanted = rank(value);
  if (wanted < 0) return null;
  return levels.findLast((level) => rank(level) <= wanted) ?? levels[0] ?? null;
}
