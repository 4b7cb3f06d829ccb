import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { envOf, nameOf, withProfile } from "../../../src/agents/profile.ts";
import { agentNamed, agents, findAgent } from "../../../src/agents/registry.ts";
import { allRoots, keepers } from "../../../src/catalog/stores.ts";
import { known } from "../../support/folder.ts";

const ENV = { HOME: "/home/ada", PATH: "/bin" };

function profileOf(agent: string, variable: string) {
  return { name: "work", agent, env: { [variable]: "/data/work" } };
}

describe("an agent with a profile", () => {
  it("is the same agent, with another store", () => {
    const profile = profileOf("codex", "CODEX_HOME");
    const [own, work] = [agentNamed("codex"), agentNamed("work", [profile])];
    assert.equal(work, findAgent("WORK", [profile]), "the same object each time");
    assert.deepEqual([work.id, nameOf(work), nameOf(own)], ["codex", "work", "codex"]);
    assert.deepEqual(work.store.roots(ENV), ["/data/work"]);
    assert.deepEqual(own.store.roots(ENV), ["/home/ada/.codex"]);
    assert.deepEqual(envOf(work, ENV), { ...ENV, CODEX_HOME: "/data/work" });
    assert.equal(envOf(own, ENV), ENV);
    assert.deepEqual(ENV, { HOME: "/home/ada", PATH: "/bin" });
  });

  it("an agent's own name comes first", () => {
    const profile = { ...profileOf("pi", "PI_CODING_AGENT_DIR"), name: "codex" };
    assert.equal(findAgent("codex", [profile])?.profile, undefined);
  });

  it("its import and its titles get the profile's variables", async () => {
    const profile = profileOf("opencode", "XDG_DATA_HOME");
    const seen: (string | undefined)[] = [];
    const plain = agentNamed("opencode");
    const database = {
      ...known(plain.store.database),
      import: ({ env }: { env: NodeJS.ProcessEnv }) => void seen.push(env.XDG_DATA_HOME),
    };
    const setTitle = async ({ env }: { env: NodeJS.ProcessEnv }): Promise<void> => {
      seen.push(env.XDG_DATA_HOME);
    };
    const agent = {
      ...plain,
      store: { ...plain.store, database },
      launch: { ...plain.launch, setTitle },
    };
    const work = withProfile(agent, profile);
    const request = { command: "opencode", id: "s", title: "t", env: ENV };
    known(work.store.database?.import)({ ...request, path: "", lines: [], scratch: "", cwd: "" });
    await known(work.launch.setTitle)(request);
    assert.deepEqual(seen, ["/data/work", "/data/work"]);
  });

  it("docs/profiles.md: each variable there moves its agent's store", () => {
    const page = readFileSync(new URL("../../../docs/profiles.md", import.meta.url), "utf8");
    const cells = [...page.matchAll(/\| ([A-Z][\w, .-]*?) +\| `([A-Z_]+)` +(?=\|)/gi)];
    const named = cells.flatMap(([, names = "", variable = ""]) =>
      names.split(", ").map((name) => [name, variable] as const),
    );
    assert.equal(named.length, 24);
    for (const [name, variable] of named) {
      const agent = agents.find((one) => one.name.startsWith(name));
      assert.ok(agent, name);
      const work = withProfile(agent, profileOf(agent.id, variable));
      const [root] = work.store.roots(ENV);
      assert.match(root ?? "", /^\/data\/work/, `${name}: ${variable}`);
    }
  });

  it("a store that is another's as well is only the first one's", () => {
    const same = { name: "same", agent: "codex", env: { CODEX_HOME: "/home/ada/.codex" } };
    const work = profileOf("codex", "CODEX_HOME");
    const again = { ...work, name: "again" };
    const places = { env: ENV, cwd: "/", stores: new Map(), profiles: [same, work, again] };
    assert.equal(keepers(places).length, agents.length + 3);
    const codex = allRoots(places).filter(({ agent }) => agent.id === "codex");
    assert.deepEqual(
      codex.map(({ agent, root }) => [nameOf(agent), root]),
      [
        ["codex", "/home/ada/.codex"],
        ["work", "/data/work"],
      ],
    );
  });
});
