/**
 * The command-line flags of agents, for translating one agent's flags to another's. Each agent's
 * table (`flags.ts` in its folder) lists every flag in its `--help`.
 */

/**
 * What an agent may do. `edit?` and `run?`: change files and run commands if the user agrees each
 * time; without the question mark: without asking. `run-sandboxed`: run commands in a sandbox
 * without asking; `run-judged`: run commands that another model considers harmless; `outside`: work
 * outside the project and on the web. One permission is at most another if it grants nothing that
 * the other does not.
 */
export type Grant = "edit?" | "run?" | "edit" | "run-sandboxed" | "run-judged" | "run" | "outside";

const IMPLIED: { [grant in Grant]: readonly Grant[] } = {
  "edit?": [],
  "run?": [],
  edit: ["edit?"],
  "run-sandboxed": ["run?"],
  "run-judged": ["run?"],
  run: ["run-sandboxed", "run?"],
  outside: [],
};

/** Does `most` allow everything that `wanted` does? */
export function within(wanted: readonly Grant[], most: readonly Grant[]): boolean {
  return wanted.every((grant) => most.some((one) => one === grant || IMPLIED[one].includes(grant)));
}

/** What both allow. */
export function both(a: readonly Grant[], b: readonly Grant[]): readonly Grant[] {
  const all = (grants: readonly Grant[]): Grant[] => grants.flatMap((g) => [g, ...IMPLIED[g]]);
  const other = new Set(all(b));
  return [...new Set(all(a))].filter((grant) => other.has(grant));
}

export const READ_ONLY: readonly Grant[] = [];
export const ASK: readonly Grant[] = ["edit?", "run?"];
export const EDITS: readonly Grant[] = ["edit", "run?"];
export const SANDBOXED: readonly Grant[] = ["edit", "run-sandboxed"];
export const JUDGED: readonly Grant[] = ["edit", "run-judged"];
export const ALL: readonly Grant[] = ["edit", "run", "run-judged", "outside"];

/** The terms in which tables describe permissions, for people: "asks first", … */
export function permissionName(grants: readonly Grant[]): string {
  const names: [string, readonly Grant[]][] = [
    ["read only", READ_ONLY],
    ["asks first", ASK],
    ["edits without asking", EDITS],
    ["edits and sandboxed commands without asking", SANDBOXED],
    ["edits without asking, commands if another model approves", JUDGED],
    [
      "edits and sandboxed commands without asking, others if another model approves",
      [...SANDBOXED, "run-judged"],
    ],
    ["edits and commands in the project without asking", ["edit", "run"]],
    ["everything without asking", ALL],
  ];
  const same = names.find(([, set]) => within(set, grants) && within(grants, set));
  return same?.[0] ?? grants.join(", ");
}

/**
 * model, effort, dirs, permission: can be translated to other agents. config: `key=value` pairs,
 * some of which can be translated. restricts: restricts the agent in its own terms. session:
 * selects the session, which is up to Segue. own: has no equivalent in other agents.
 */
export type About =
  | "model"
  | "effort"
  | "dirs"
  | "permission"
  | "config"
  | "restricts"
  | "session"
  | "own";

/** One flag on a command line, under the first of its names, with its values. */
export interface Use {
  about: About;
  name: string;
  values: readonly string[];
  /** As it was written. */
  words: readonly string[];
}

export interface Setting {
  about: "model" | "effort" | "permission";
  value: string;
}

export interface Mode {
  args: readonly string[];
  grants: readonly Grant[];
}

export interface Flags {
  /**
   * Grouped by purpose, in the notation of help texts: "-m, --model <x>", "--resume [x]",
   * "--add-dir <x...>", "--deny-url [x...]", "--mode <plan|ask>", "--yolo".
   */
  table: { readonly [about in About]?: readonly string[] };
  /**
   * What these permission flags, and permission settings in config flags, allow; null if they say
   * nothing.
   */
  grants(uses: readonly Use[]): readonly Grant[] | null;
  /** Ways to express a permission; among equally permissive ones, the first is used. */
  modes: readonly Mode[];
  models: Models;
  effort?: Effort;
  dirs?(dirs: readonly string[]): string[];
  /** The setting that a config flag makes, in terms that can be translated; null for others. */
  setting?(value: string): Setting | null;
}

export type Vendor = "anthropic" | "openai" | "google" | "qwen";

export interface Models {
  /** The vendors whose models it can use. */
  vendors: readonly Vendor[];
  /** Also accepts `provider/name`, with any provider. */
  qualified?: true;
  /**
   * The value for `--model`; null if it does not know the name. `alias`: a short name such as
   * "opus".
   */
  name(model: Model): string | null;
}

export interface Model {
  vendor: Vendor;
  name: string;
  alias: boolean;
}

export interface Effort {
  /** From least to most, in the agent's own words. */
  levels: readonly string[];
  args(level: string): string[];
}
