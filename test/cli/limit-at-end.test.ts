/**
 * A long session that stopped at a limit is listed as that, whatever its agent: lists read only its
 * first and last records.
 */
import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { agentNamed, writable } from "../../src/agents/registry.ts";

import type { Agent } from "../../src/agents/types.ts";
import { lineOf, Scan } from "../../src/catalog/line.ts";
import { stopsAt } from "../../src/catalog/sign.ts";
import { openSession, rowsAt } from "../../src/convert/read/open.ts";
import { makeStoreOf } from "../support/account-stores.ts";
import { makeCrush } from "../support/crush-db.ts";
import { type Fixture, fixtures } from "../support/fixtures.ts";
import { known, temporaryFolder } from "../support/folder.ts";
import { Machine, SHOP } from "../support/segue.ts";

const root = temporaryFolder();

/** These record no refusals, or not in their sessions, or Segue does not read them: see docs/limits.md. */
const NONE = new Set([
  "continue",
  "hermes",
  "kimi-cli",
  "auggie",
  "mastracode",
  "qoder",
  "cursor",
  "roo",
  "kilo-code",
  "zed",
  "devin",
  "antigravity",
]);

/** Mistral Vibe records them only in a form that Segue does not write: see below. Kiro's name a message of their session. */
const OTHERWISE = new Set(["vibe", "kiro"]);

/** The last line of a recorded session that says that a request was refused, and the session's id. */
interface Refusal {
  line: string;
  id: string;
}

function refusalIn({ agent, path }: Fixture): Refusal | null {
  const input = openSession(path, { scratch: root });
  try {
    const scan = new Scan(agent);
    let last: string | null = null;
    for (const line of input.lines()) {
      const entries = scan.take(line);
      if (entries.some((entry) => entry.kind === "event" && stopsAt(entry))) last = line.text;
    }
    return last === null ? null : { line: last, id: scan.id };
  } finally {
    input.close();
  }
}

function recorded(agent: Agent): Refusal {
  const own = fixtures.filter((one) => one.agent === agent && !one.name.startsWith("hostile"));
  for (const one of own) {
    const found = refusalIn(one);
    if (found) return found;
  }
  throw new Error(`no fixture of ${agent.id} has a limit`);
}

/** Claude Code's session of many turns, longer than what lists read of it; in 2025, before all others. */
function longSession(m: Machine, turns: number): void {
  const id = "5e55104e-0000-4000-8000-00000000000a";
  const folder = m.at(".claude/projects/-home-dev-shop");
  mkdirSync(folder, { recursive: true });
  const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
  const lines = Array.from({ length: 2 * turns }, (_, n) => {
    const time = new Date(Date.parse("2025-06-01T10:00:00Z") + n * 60_000).toISOString();
    const common = {
      cwd: SHOP,
      sessionId: id,
      version: "2.1.211",
      gitBranch: "",
      uuid: uuid(n + 1),
    };
    const place = {
      parentUuid: n === 0 ? null : uuid(n),
      isSidechain: false,
      userType: "external",
    };
    const text = `${n} ${"words and words ".repeat(40)}`;
    const said =
      n % 2 === 0
        ? { type: "user", message: { role: "user", content: text } }
        : {
            ...{ type: "assistant", requestId: `req_${n}` },
            message: {
              ...{ id: `msg_${n}`, type: "message", role: "assistant", model: "claude-opus-4-8" },
              content: [{ type: "text", text }],
              ...{ stop_reason: "end_turn", stop_sequence: null },
            },
          };
    return JSON.stringify({ ...place, ...common, ...said, timestamp: time });
  });
  writeFileSync(join(folder, `${id}.jsonl`), `${lines.join("\n")}\n`);
}

interface Listed {
  id: string;
  path: string;
  limit: { kind: string | null } | null;
}

async function listed(m: Machine, agent: Agent): Promise<Listed> {
  const { out, err, code } = await m.run(["list", "--all", "--json", "--agent", agent.id], {
    cwd: m.at("shop"),
  });
  assert.equal(code, 0, err);
  const { sessions } = JSON.parse(out);
  assert.equal(sessions.length, 1, out);
  return sessions[0];
}

/** As if its CLI had added a line. */
function add({ path, id }: Listed, refusal: Refusal): void {
  const line = refusal.id === "" ? refusal.line : refusal.line.replaceAll(refusal.id, id);
  const rows = rowsAt(path);
  if (rows) {
    const { database } = rows;
    const before = known(database.read(rows.path, rows.id));
    database.replace(rows.path, rows.id, before, [...before, line]);
    return;
  }
  const text = readFileSync(path, "utf8");
  appendFileSync(path, `${text.endsWith("\n") ? "" : "\n"}${line}\n`);
}

describe("a long session that stopped at a limit is listed as that:", () => {
  for (const agent of writable) {
    if (NONE.has(agent.id) || OTHERWISE.has(agent.id)) continue;
    it(agent.name, async () => {
      const m = new Machine(mkdtempSync(join(root, "home-")));
      makeStoreOf(agent, m.home);
      const shop = m.at("shop");
      mkdirSync(shop);
      // Known to both agents that store sessions in projects.
      mkdirSync(m.at("shop/.crush"));
      makeCrush(m.at("shop/.crush/crush.db"));
      mkdirSync(m.at(".local/share/crush"), { recursive: true });
      const projects = { projects: [{ path: shop, data_dir: m.at("shop/.crush") }] };
      writeFileSync(m.at(".local/share/crush/projects.json"), JSON.stringify(projects));
      longSession(m, 160);
      if (agent.id !== "claude-code") {
        const args = ["resume", "claude#1", "--in", agent.id, "--no-launch", "--cwd", shop];
        const { code, err } = await m.run(args, { cwd: shop });
        assert.equal(code, 0, err);
      }
      const before = await listed(m, agent);
      assert.equal(before.limit, null);
      add(before, recorded(agent));
      // The CLI would have set the session's time.
      rmSync(m.at(".segue/cache"), { recursive: true });
      assert.notEqual((await listed(m, agent)).limit, null);
    });
  }

  it("Mistral Vibe, in the form of version 3", async () => {
    const vibe = agentNamed("vibe");
    const home = join(import.meta.dirname, "../fixtures/vibe/quota-402");
    const [logs = ""] = vibe.store.roots({ HOME: home });
    const [found] = await vibe.store.find(logs);
    const { summary, ...rest } = known(found);
    const long = { ...rest, summary: { ...known(summary), messages: 500 } };
    assert.notEqual(lineOf(vibe, long).limit, null);
  });
});
