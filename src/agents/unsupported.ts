/**
 * Agents that Segue only knows by name, so that it can say so instead of suggesting a similar name; and
 * where some of them keep their sessions, so that it can say that it found them and does not read them.
 */
import { existsSync } from "node:fs";
import { resolve, sep } from "node:path";
import { type Host, hostOf } from "../io/host.ts";
import type { Env } from "../io/state.ts";

interface Unsupported {
  name: string;
  /** What people may type, in lower case; the first one is its id. */
  words: readonly string[];
  /**
   * Its store, below the home folder, or at a variable's place (`$NAME/…`, skipped if it is not set);
   * each place is that of one system, or of an older version. docs/support.md names the sources.
   */
  places?: readonly string[];
  /** Why it is not read, if something is known of that: completes "… has sessions here, but". */
  why?: string;
}

const CODE = ["$APPDATA", "Library/Application Support", "$XDG_CONFIG_HOME", ".config"];
const DATA = ["$XDG_DATA_HOME", ".local/share"];

/** The same folder in each of these. */
function below(folders: readonly string[], ...names: readonly string[]): string[] {
  return folders.flatMap((folder) => names.map((name) => `${folder}/${name}`));
}

const UNSUPPORTED: readonly Unsupported[] = [
  {
    // What it writes for a hook is read (agents/windsurf/README.md).
    name: "Windsurf's Cascade",
    words: ["windsurf-cascade"],
    places: [".codeium/windsurf/cascade", ".codeium/windsurf-next/cascade"],
    why: "they are encrypted",
  },
  {
    // What older versions keep in the state of the editor is read (agents/trae/README.md).
    name: "Trae's agent",
    words: ["trae-agent"],
    places: below(
      CODE,
      "Trae/ModularData/ai-agent",
      "Trae CN/ModularData/ai-agent",
      "TRAE SOLO/ModularData/ai-agent",
      "TRAE SOLO CN/ModularData/ai-agent",
    ),
    why: "newer versions encrypt them",
  },
  {
    name: "TRAE CLI",
    words: ["traex", "trae-cli"],
    places: [".trae/cli/sessions"],
    why: "one that you name by its path is read as Codex's, whose form it has",
  },
  {
    name: "CodeBuddy Code",
    words: ["codebuddy"],
    places: ["$CODEBUDDY_CONFIG_DIR/projects", ".codebuddy/projects"],
  },
  { name: "iFlow CLI", words: ["iflow"], places: [".iflow/projects"] },
  {
    name: "Letta Code",
    words: ["letta", "letta-code"],
    places: [".letta"],
    why: "its conversations may be on a server",
  },
  {
    name: "ForgeCode",
    words: ["forge", "forgecode"],
    places: [".forge/.forge.db", "forge/.forge.db"],
  },
  {
    name: "Codebuff",
    words: ["codebuff", "freebuff", "manicode"],
    places: ["$XDG_CONFIG_HOME/manicode/projects", ".config/manicode/projects"],
  },
  { name: "Zencoder", words: ["zencoder"], places: [".zencoder/sessions"] },
  { name: "Junie", words: ["junie"], places: [".junie/sessions"] },
  { name: "Rovo Dev", words: ["rovodev", "rovo-dev"], places: [".rovodev/sessions"] },
  { name: "Plandex", words: ["plandex"], places: [".plandex-home-v2", "plandex-server"] },
  { name: "Command Code", words: ["commandcode"], places: [".commandcode/projects"] },
  {
    name: "CodeWhale",
    words: ["codewhale", "deepseek-tui"],
    places: [".codewhale/sessions", ".deepseek/sessions"],
  },
  { name: "DeepSeek Harness", words: ["dsh"], places: ["$DSH_HOME/sessions", ".dsh/sessions"] },
  { name: "Cortex Code", words: ["cortex"], places: [".snowflake/cortex/conversations"] },
  { name: "ZCode", words: ["zcode"], places: [".zcode/cli"] },
  { name: "MiMo Code", words: ["mimocode"], places: below(DATA, "mimocode") },
  { name: "QClaw", words: ["qclaw"], places: [".qclaw/agents"] },
  { name: "Shelley", words: ["shelley"], places: [".config/shelley"] },
  { name: "Reasonix", words: ["reasonix"], places: [".reasonix", "$APPDATA/reasonix"] },
  {
    name: "Piebald",
    words: ["piebald"],
    places: [...below(DATA, "piebald"), "Library/Application Support/piebald", "$APPDATA/piebald"],
  },
  {
    name: "Poolside",
    words: ["poolside"],
    places: ["Library/Application Support/poolside", ".local/state/poolside", "$APPDATA/poolside"],
  },
];

/** The agent's usual name; undefined for an unknown word. */
export function unsupportedAgent(word: string): string | undefined {
  return entryOf(word)?.name;
}

function entryOf(word: string): Unsupported | undefined {
  const wanted = word.toLowerCase();
  return UNSUPPORTED.find(({ words }) => words.includes(wanted));
}

/** Says how to ask for an agent. */
export const HOW_TO_ASK = "docs/support.md#ask-for-an-agent";

/** A store that was found, of an agent that Segue does not support. */
export interface UnsupportedStore {
  /** For `segue doctor --shapes`. */
  id: string;
  name: string;
  path: string;
  /** Why it is not read; null if it was only not done yet. */
  why: string | null;
}

/** The stores on this machine; with `word`, those of one agent. */
export function unsupportedStores(
  env: Env,
  word?: string,
  host: Host = hostOf(env),
): UnsupportedStore[] {
  const only = word === undefined ? undefined : entryOf(word);
  if (word !== undefined && only === undefined) return [];
  return (only ? [only] : UNSUPPORTED).flatMap(({ name, words: [id = name], places = [], why }) =>
    placesIn(places, env, host)
      .filter((path) => existsSync(path))
      .map((path) => ({ id, name, path, why: why ?? null })),
  );
}

/** The store that a file is in; null for all others. */
export function unsupportedStoreAt(path: string, env: Env): UnsupportedStore | null {
  const whole = resolve(path);
  const stores = unsupportedStores(env);
  return stores.find(({ path: store }) => whole === store || whole.startsWith(store + sep)) ?? null;
}

function placesIn(places: readonly string[], env: Env, { path, home }: Host): string[] {
  const found = places.flatMap((place) => {
    const [first = "", ...rest] = place.split("/");
    const base = first.startsWith("$") ? env[first.slice(1)] : path.join(home, first);
    return base === undefined || base === "" ? [] : [path.join(base, ...rest)];
  });
  return [...new Set(found)];
}
