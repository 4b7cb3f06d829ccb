/**
 * What it costs to list many sessions of each agent: for the first time, and again. The sessions are
 * written by Segue into an empty store, as handed over from Claude Code.
 */
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { writable } from "../src/agents/registry.ts";
import { openSegue } from "../src/core/segue.ts";
import { seed } from "../test/support/commit.ts";
import { makeCrush } from "../test/support/crush-db.ts";
import { makeDeepAgents } from "../test/support/deepagents-db.ts";
import { makeGoose } from "../test/support/goose-db.ts";
import { makeHermes } from "../test/support/hermes-db.ts";
import { makeMastraCode } from "../test/support/mastracode-db.ts";
import { makeOpenClaw } from "../test/support/openclaw-db.ts";
import { makeDatabase, makeKiloDatabase } from "../test/support/opencode-db.ts";
import { makeZed } from "../test/support/zed-db.ts";
import { median, ROOT, type Row, runNode } from "./process.ts";

/** Seconds for 1,000 sessions that were listed before. */
const MAX_LIST = 0.3;
/** Of so many runs the least counts: other work on the machine only adds to them. */
const RUNS = 3;
/** In CI, for 100 sessions: multiples of what `node -e 0` takes, in processors' time. */
const MAX_QUICK = 32;
const QUICK_AGENTS = 2;
/** Handovers that share a journal while a store is filled. */
const JOURNAL = 50;
const FIXTURE = "test/fixtures/claude-code/basic/.claude/projects/*/*.jsonl";

/** `wanted`: the agents' ids; without it all of them, or a few that the commit chooses. */
export async function measureLists(
  bin: string,
  quick: boolean,
  wanted?: readonly string[],
): Promise<Row[]> {
  const ids = writable.map(({ id }) => id);
  const first = Math.abs(seed) % ids.length;
  const some = [...ids.slice(first), ...ids.slice(0, first)];
  const chosen = wanted ?? some.slice(0, quick ? QUICK_AGENTS : ids.length);
  const node = median(Array.from({ length: 5 }, () => runNode(["-e", "0"], { memory: true }).cpu));
  const rows: Row[] = [];
  for (const agent of chosen) rows.push(...(await listing(bin, agent, quick, node)));
  return rows;
}

async function listing(bin: string, agent: string, quick: boolean, node: number): Promise<Row[]> {
  const home = mkdtempSync(join(tmpdir(), "segue-lists-"));
  const env = { PATH: dirname(process.execPath), HOME: home, SEGUE_HOME: join(home, "segue") };
  try {
    const count = quick ? 100 : 1000;
    makeStore(agent, home);
    const project = join(home, "project");
    await fill(agent, count, project, env);
    const args = [resolve(bin), "list", "--all", "--agent", agent, "--json"];
    const cold: number[] = [];
    const warm: number[] = [];
    const cost = (): number => {
      const run = runNode(args, { env, memory: true, cwd: project });
      const listed: unknown[] = JSON.parse(run.stdout).sessions;
      if (listed.length !== count) throw new Error(`${agent}: ${listed.length} are listed`);
      return quick ? run.cpu / node : run.cpu;
    };
    for (let n = 0; n < RUNS; n++) {
      rmSync(join(home, "segue"), { recursive: true, force: true });
      cold.push(cost());
      warm.push(cost());
    }
    return [row(`${count.toLocaleString("en")} sessions of ${agent}`, cold, warm, quick)];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Databases that only an agent's CLI makes, by their path below HOME or the project. */
const DATABASES: { [agent: string]: [make: (path: string) => void, path: string] } = {
  opencode: [makeDatabase, ".local/share/opencode/opencode.db"],
  kilo: [makeKiloDatabase, ".local/share/kilo/kilo.db"],
  openclaw: [makeOpenClaw, ".openclaw/agents/main/agent/openclaw-agent.sqlite"],
  goose: [makeGoose, ".local/share/goose/sessions/sessions.db"],
  hermes: [makeHermes, ".hermes/state.db"],
  mastracode: [makeMastraCode, ".local/share/mastracode/mastra.db"],
  crush: [makeCrush, "project/.crush/crush.db"],
  deepagents: [makeDeepAgents, ".deepagents/.state/sessions.db"],
  zed: [makeZed, ".local/share/zed/threads/threads.db"],
};

/** Folders that Segue treats as databases. */
const FOLDERS: { [agent: string]: string } = {
  cline: ".cline/data/sessions",
  continue: ".continue/sessions",
  nanocoder: ".local/share/nanocoder/sessions",
  grok: ".grok/sessions",
  vibe: ".vibe/logs/session",
  openhands: ".openhands/conversations",
  auggie: ".augment/sessions",
  kiro: ".kiro/sessions/cli",
  antigravity: ".gemini/antigravity-cli/conversations",
  cursor: ".cursor/chats",
  roo: ".config/Code/User/globalStorage/rooveterinaryinc.roo-cline/tasks",
};

function makeStore(agent: string, home: string): void {
  const [make, path = ""] = DATABASES[agent] ?? [];
  mkdirSync(dirname(join(home, path)), { recursive: true });
  make?.(join(home, path));
  // The CLI notes each project in which it was started.
  if (agent === "crush") {
    const project = join(home, "project");
    const projects = [{ path: project, data_dir: join(project, ".crush") }];
    const list = join(home, ".local/share/crush/projects.json");
    mkdirSync(dirname(list), { recursive: true });
    writeFileSync(list, JSON.stringify({ projects }));
  }
  const folder = FOLDERS[agent];
  if (folder !== undefined) mkdirSync(join(home, folder), { recursive: true });
}

async function fill(
  agent: string,
  count: number,
  project: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  mkdirSync(project, { recursive: true });
  const text = readFileSync(join(ROOT, globSync(FIXTURE, { cwd: ROOT })[0] ?? ""), "utf8");
  const [id = ""] = /"sessionId":"([^"]+)"/.exec(text)?.slice(1) ?? [];
  let segue = await openSegue({ cwd: project, env });
  for (let n = 0; n < count; n++) {
    // A new journal now and then: reading one of a thousand handovers would be most of the work.
    if (n % JOURNAL === 0) {
      rmSync(env.SEGUE_HOME ?? "", { recursive: true, force: true });
      segue = await openSegue({ cwd: project, env });
    }
    const own = `${n.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;
    const path = join(project, `${own}.jsonl`);
    writeFileSync(path, text.replaceAll(id, own));
    const handover = await segue.handOver(path, { to: agent, cwd: project });
    await handover.commit();
    rmSync(path);
  }
}

function row(what: string, cold: number[], warm: number[], quick: boolean): Row {
  const [bound, unit] = quick ? [MAX_QUICK, " × Node"] : [MAX_LIST, " s"];
  const [first, again] = [Math.min(...cold), Math.min(...warm)];
  return {
    what,
    measured: `${again.toFixed(2)}${unit}; for the first time ${first.toFixed(2)}${unit}`,
    bound: `≤ ${bound}${unit}`,
    ok: again <= bound && (!quick || first <= bound),
  };
}
