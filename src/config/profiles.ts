/** The user's profiles: other accounts of agents, each with the variables that tell them apart. */
import { isAbsolute } from "node:path";
import { findAgent } from "../agents/registry.ts";
import type { Agent, Profile } from "../agents/types.ts";
import { unsupportedAgent } from "../agents/unsupported.ts";
import { SegueError } from "../errors.ts";
import { distance } from "../suggest.ts";
import type { Assigned } from "./layers.ts";

/** Words that mean something else where a profile can be named. */
const RESERVED: ReadonlySet<string> = new Set([
  ...["all", "latest", "help", "segue", "ls"],
  ...[
    "pick",
    "list",
    "search",
    "show",
    "info",
    "resume",
    "convert",
    "handoff",
    "check",
    "dump",
    "keep",
    "restore",
    "forget",
  ],
  ...["agents", "doctor", "scan", "config", "completions", "log", "undo"],
  ...["limits", "watch", "run", "install-hooks"],
]);

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const LONGEST_NAME = 40;

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Folders that many programs use, agents among them. */
const FOLDERS: ReadonlySet<string> = new Set([
  ...["HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"],
  ...["XDG_CACHE_HOME", "APPDATA", "LOCALAPPDATA"],
]);

/**
 * What a program runs, and what it loads first: a profile is another account of the same program.
 */
const UNSAFE =
  /^(?:PATH|PATHEXT|SHELL|COMSPEC|IFS|ENV|BASH_ENV|ZDOTDIR|EDITOR|VISUAL|PAGER|BROWSER|(?:LD|DYLD|SEGUE|GIT|PYTHON|RUBY|PERL5?|JAVA)_?.*|NODE_(?:OPTIONS|PATH|EXTRA_CA_CERTS|REPL_EXTERNAL_MODULE)|BUN_.*|DENO_.*|_JAVA_OPTIONS)$/i;

/** Segue never holds credentials: a CLI stores them in its own folder. */
const SECRET =
  /(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)(?:$|_(?!FILE$|PATH$|DIR$))/i;

/** A setting about a profile: `agent`, or the name of a variable. */
interface Given extends Assigned {
  name: string;
  what: string;
}

/**
 * The profiles in a file's settings, in the order of the file.
 * @throws SegueError for one that cannot be used, with its line.
 */
export function profilesIn(values: ReadonlyMap<string, Assigned>): Profile[] {
  const given = [...values].flatMap(([key, assigned]): Given[] => {
    const [group, name = "", ...rest] = key.split(".");
    return group === "profiles" ? [{ ...assigned, name, what: rest.at(-1) ?? "" }] : [];
  });
  const names = new Set(given.map(({ name }) => name));
  return [...names].map((name) =>
    profileOf(
      name,
      given.filter((one) => one.name === name),
    ),
  );
}

function profileOf(name: string, given: readonly Given[]): Profile {
  const where = given[0]?.where ?? "";
  checkName(name, where);
  const own = given.find(({ what }) => what === "agent");
  const agent = own && findAgent(String(own.value));
  if (!agent) {
    throw new SegueError("usage", `the profile "${name}" does not say which agent it is of`, {
      where,
      hint: `set profiles.${name}.agent first: claude-code, codex …`,
    });
  }
  const env: Record<string, string> = {};
  for (const one of given) {
    if (one === own) continue;
    checkVariable(agent, one);
    env[one.what] = String(one.value);
  }
  return { name, agent: agent.id, env };
}

function checkName(name: string, where: string): void {
  if (!NAME.test(name) || name.length > LONGEST_NAME) {
    throw new SegueError("usage", `"${name}" cannot be the name of a profile`, {
      where,
      hint: "use lowercase letters, digits and hyphens, such as claude-work",
    });
  }
  const taken = findAgent(name)?.name ?? unsupportedAgent(name);
  const means = taken ?? (RESERVED.has(name) ? "something else in Segue's commands" : null);
  if (means === null || means === undefined) return;
  throw new SegueError("usage", `a profile cannot be called "${name}": that means ${means}`, {
    where,
    hint: `choose another name, such as ${name}-work`,
  });
}

function checkVariable(agent: Agent, { name, what: variable, value, where }: Given): void {
  const key = `profiles.${name}.env.${variable}`;
  const refuse = (why: string, hint: string): SegueError =>
    new SegueError("usage", `${key} ${why}`, { where, hint });
  if (!VARIABLE.test(variable)) {
    throw refuse("is not the name of a variable", hintFor(agent, name));
  }
  const { variables = [] } = agent.store;
  const known = [...variables, ...FOLDERS];
  if (known.includes(variable)) {
    if (isAbsolute(String(value))) return;
    throw refuse("must be an absolute path", 'begin it with "/" or "~/"');
  }
  const near = variables.find((one) => isSlip(variable, one));
  if (near !== undefined) {
    throw refuse(`is not a variable of ${agent.name}`, `did you mean ${near}?`);
  }
  if (UNSAFE.test(variable)) {
    const why = "cannot be set by a profile, which is another account of the same program";
    throw refuse(why, hintFor(agent, name));
  }
  if (SECRET.test(variable)) {
    throw refuse(
      "looks like a credential, which Segue does not keep",
      `log in with ${agent.launch.command ?? agent.name} itself, which stores it in the profile's folder`,
    );
  }
}

/** A misspelled name would leave the profile in the agent's own store. */
function isSlip(variable: string, near: string): boolean {
  return distance(variable.toLowerCase(), near.toLowerCase()) <= 2;
}

function hintFor({ name, store: { variables = [] } }: Agent, profile: string): string {
  const [first = "HOME"] = variables;
  return `${name} is told where its files are by ${first}: profiles.${profile}.env.${first}`;
}
