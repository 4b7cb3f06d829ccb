/**
 * All settings, one per line. Every key has an effect; `docs/config.md` and `segue config` are
 * generated from this.
 */
export type Value = string | number | readonly string[];

/** How a value is read; see values.ts. */
export type Kind =
  | "agent"
  | "account"
  | "variable"
  | "count"
  | "tokens"
  | "when"
  | "preset"
  | "reasoning"
  | "redact"
  | "links"
  | "folder"
  | "program"
  | "words";

export interface Key {
  /**
   * `<agent>` represents an agent's id or short name; `<profile>` and `<variable>` names that the
   * user chooses.
   */
  name: string;
  kind: Kind;
  /** null: nothing is set, and the command uses its default: see `without`. */
  default: Value | null;
  /** The default if nothing is set. */
  without?: string;
  about: string;
  /**
   * Only the user's own file may set it: a project's file comes with the project, from whoever
   * wrote it, and must not make Segue run, read or write anything that the user did not ask for.
   */
  userOnly: boolean;
  /** A value that only the user's own file may set. */
  userValue?: Value;
  /** Its values in order, the weakest first: a project's file may only strengthen it. */
  onlyRaised?: readonly string[];
}

const AGENT = "<agent>";
const PROFILE = "<profile>";
const VARIABLE = "<variable>";

export const KEYS: readonly Key[] = [
  {
    name: "in",
    kind: "account",
    default: null,
    without: "the session's own agent",
    about:
      "the agent or profile that `segue resume` and `segue latest` open sessions in, without `--in`",
    userOnly: false,
  },
  {
    name: "reasoning",
    kind: "reasoning",
    default: "text",
    about:
      "how reasoning is sent to another vendor's model without `--reasoning`: text (quoted) or omit",
    userOnly: false,
  },
  {
    name: "list.number",
    kind: "count",
    default: 30,
    about: "how many sessions `segue list` shows without `-n`",
    userOnly: false,
  },
  {
    name: "color",
    kind: "when",
    default: "auto",
    about: "when to use color: auto (in a terminal), always or never",
    userOnly: false,
  },
  {
    name: "preset",
    kind: "preset",
    default: "standard",
    about: "how detailed a handoff is without `--preset`: minimal, standard, verbose or full",
    userOnly: false,
  },
  {
    name: "budget",
    kind: "tokens",
    default: null,
    about: "maximum tokens of a handoff without `--budget`, such as 8000 or 20k",
    userOnly: false,
  },
  {
    name: "recentMessages",
    kind: "count",
    default: null,
    about: "how many of the newest entries a handoff includes",
    userOnly: false,
  },
  {
    name: "shell.maxSamples",
    kind: "count",
    default: null,
    about: "how many commands a handoff includes",
    userOnly: false,
  },
  {
    name: "shell.stdoutLines",
    kind: "count",
    default: null,
    about: "how many lines of each command's output a handoff includes",
    userOnly: false,
  },
  {
    name: "redact",
    kind: "redact",
    default: "auto",
    about:
      "when to replace secrets in handoffs: always, never, or auto (in files outside Segue's folder)",
    userOnly: false,
    userValue: "never",
    onlyRaised: ["never", "auto", "always"],
  },
  {
    name: "links",
    kind: "links",
    default: "inside",
    about: "symbolic links in a store: follow those that point inside it, or all of them (follow)",
    userOnly: true,
  },
  {
    name: "archive.path",
    kind: "folder",
    default: null,
    without: "archive in Segue's own folder",
    about: "the folder that `segue keep` keeps sessions in, such as one on another disk",
    userOnly: true,
  },
  {
    name: `agents.${AGENT}.store`,
    kind: "folder",
    default: null,
    about: "the folder of its session store, without `--store`",
    userOnly: true,
  },
  {
    name: `agents.${AGENT}.command`,
    kind: "program",
    default: null,
    about: "the program to start: a name on PATH, or a path",
    userOnly: true,
  },
  {
    name: `agents.${AGENT}.args`,
    kind: "words",
    default: null,
    about: "arguments that are always passed to it",
    userOnly: true,
  },
  {
    name: `profiles.${PROFILE}.agent`,
    kind: "agent",
    default: null,
    about: "the agent that the profile is another account of",
    userOnly: true,
  },
  {
    name: `profiles.${PROFILE}.env.${VARIABLE}`,
    kind: "variable",
    default: null,
    about: "a variable for its CLI, such as CLAUDE_CONFIG_DIR: where that account is stored",
    userOnly: true,
  },
];

/** The key that a name refers to; `agent` is the part of the name that names an agent. */
export function keyFor(name: string): { key: Key; agent: string | null } | undefined {
  const words = name.split(".");
  for (const key of KEYS) {
    const pattern = key.name.split(".");
    if (pattern.length !== words.length) continue;
    if (!pattern.every((word, i) => isName(word) || word === words[i])) continue;
    const at = pattern.indexOf(AGENT);
    return { key, agent: at < 0 ? null : (words[at] ?? null) };
  }
  return undefined;
}

/** Does a key's name begin with this and a dot? */
export function isGroup(name: string): boolean {
  const words = name.split(".");
  return KEYS.some((key) => {
    const pattern = key.name.split(".");
    const head = pattern.slice(0, words.length);
    return (
      pattern.length > words.length && head.every((word, i) => isName(word) || word === words[i])
    );
  });
}

/** Does this part of a key's name represent a name? */
function isName(word: string): boolean {
  return word.startsWith("<");
}

/** The names of agents, profiles and variables in a key's name are replaced by these. */
export function withNames(key: Key, name: (word: string, at: number) => string): string {
  return key.name
    .split(".")
    .map((word, at) => (isName(word) ? name(word, at) : word))
    .join(".");
}
