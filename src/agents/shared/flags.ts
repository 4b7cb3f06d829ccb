/**
 * The command-line flags of agents, so that what a person sets on one can be said to another. Each
 * agent's table (`flags.ts` in its folder) names every flag that its `--help` names.
 */

/**
 * What an agent may do. `edit?` and `run?`: change files and run commands, if the person agrees
 * each time; without the mark: unasked. `run-sandboxed`: commands unasked in a sandbox;
 * `run-judged`: commands that another model finds harmless; `outside`: beyond the project, and on
 * the web. One permission is at most another when it grants nothing that the other does not.
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

/** In which words a table speaks of itself: "asks first", …; for people. */
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
 * model, effort, dirs, permission: can be said to others. config: `key=value` pairs, some of which
 * can. restricts: takes something away from the agent in its own words. session: which session it
 * works on, which is Segue's to say. own: has no equal elsewhere.
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

/** One flag on a command line, under the first of its names, with the words that belong to it. */
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
   * By what they are about, as help texts write them: "-m, --model <x>", "--resume [x]",
   * "--add-dir <x...>", "--deny-url [x...]", "--mode <plan|ask>", "--yolo".
   */
  table: { readonly [about in About]?: readonly string[] };
  /** What these permission flags, and permission settings of config flags, allow; null: nothing is said. */
  grants(uses: readonly Use[]): readonly Grant[] | null;
  /** Ways to say a permission; of those that allow equally much the first is taken. */
  modes: readonly Mode[];
  models: Models;
  effort?: Effort;
  dirs?(dirs: readonly string[]): string[];
  /** The setting that a config flag makes, in terms that can be said elsewhere; null for others. */
  setting?(value: string): Setting | null;
}

export type Vendor = "anthropic" | "openai" | "google" | "qwen";

export interface Models {
  /** Whose models it can be told to use. */
  vendors: readonly Vendor[];
  /** Takes `provider/name` too, of any provider. */
  qualified?: true;
  /** What `--model` takes; null where it knows no such name. `alias`: a short name such as "opus". */
  name(model: Model): string | null;
}

export interface Model {
  vendor: Vendor;
  name: string;
  alias: boolean;
}

export interface Effort {
  /** From least to most, as the agent calls them. */
  levels: readonly string[];
  args(level: string): string[];
}
