/** What the CLIs of agents have made before Segue writes a session there, below a home folder. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeDeepAgents } from "./deepagents-db.ts";
import { makeDevin } from "./devin-db.ts";
import { makeGoose } from "./goose-db.ts";
import { makeHermes } from "./hermes-db.ts";
import { makeMastraCode } from "./mastracode-db.ts";
import { makeOpenClaw } from "./openclaw-db.ts";
import { makeDatabase, makeKiloDatabase } from "./opencode-db.ts";
import { makeZed } from "./zed-db.ts";

/** Where an agent's database is. */
export const DATABASES: { [agent: string]: [make: (path: string) => void, place: string] } = {
  opencode: [makeDatabase, ".local/share/opencode/opencode.db"],
  kilo: [makeKiloDatabase, ".local/share/kilo/kilo.db"],
  openclaw: [makeOpenClaw, ".openclaw/agents/main/agent/openclaw-agent.sqlite"],
  goose: [makeGoose, ".local/share/goose/sessions/sessions.db"],
  hermes: [makeHermes, ".hermes/state.db"],
  deepagents: [makeDeepAgents, ".deepagents/.state/sessions.db"],
  mastracode: [makeMastraCode, ".local/share/mastracode/mastra.db"],
  zed: [makeZed, ".local/share/zed/threads/threads.db"],
  devin: [makeDevin, ".local/share/devin/cli/sessions.db"],
};

/** Segue writes only to folders that are there. */
const FOLDERS: { [agent: string]: string } = {
  cline: ".cline/data/sessions",
  roo: ".config/Code/User/globalStorage/rooveterinaryinc.roo-cline/tasks",
  continue: ".continue/sessions",
  grok: ".grok/sessions",
  vibe: ".vibe/logs/session",
  openhands: ".openhands/conversations",
  auggie: ".augment/sessions",
  nanocoder: ".local/share/nanocoder/sessions",
  kiro: ".kiro/sessions/cli",
  muse: ".local/share/muse/sessions",
  antigravity: ".gemini/antigravity-cli/conversations",
};

/** An empty store of the agent's, where it does not make one itself. */
export function makeStoreOf({ id }: { id: string }, home: string): void {
  const [make, place] = DATABASES[id] ?? [];
  const folder = place === undefined ? FOLDERS[id] : dirname(place);
  if (folder !== undefined) mkdirSync(join(home, folder), { recursive: true });
  if (make && place) make(join(home, place));
}
