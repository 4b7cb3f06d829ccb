/** Sessions that the oracle looks at, put into a lab's HOME as if they had been recorded there. */
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { folderName as kimiFolder } from "../../../src/agents/kimi/place.ts";
import { folderName as kimiCliFolder } from "../../../src/agents/kimi-cli/place.ts";
import { agentNamed } from "../../../src/agents/registry.ts";
import { driverOf } from "../agents/index.ts";
import type { Lab } from "../lab.ts";
import { arr, isObj, obj, parseJson, str } from "../model-server/json.ts";
import { segue } from "../segue.ts";

/** The folder that every fixture and case was recorded in. */
const RECORDED_IN = "/home/dev/shop";

/** A session as the oracle takes it. */
export interface Input {
  agent: string;
  /** Absolute. */
  path: string;
  /** The folder that it belongs to as HOME, if it is in one: with all that stands beside it. */
  home: string | null;
}

const FIXTURE = /^(.*\/test\/fixtures\/([\w-]+)\/[\w.-]+)\//;

/** A file: one of the fixtures, or one that lies alone and says in its name, or here, whose it is. */
export function inputOf(path: string, from?: string): Input {
  const [, home, owner] = FIXTURE.exec(path) ?? [];
  const [, named] = /\.([a-z-]+)\.jsonl?$/.exec(path) ?? [];
  const isFixture = home !== undefined && owner !== "hostile";
  const agent = from ?? (isFixture ? owner : named);
  if (agent === undefined) {
    throw new Error(`${path}: name it NAME.AGENT.jsonl, or say --from AGENT`);
  }
  return { agent, path, home: isFixture ? home : null };
}

/** Puts it into the lab. Where it lies then: a path. */
export async function put(lab: Lab, input: Input): Promise<string> {
  if (input.home !== null) {
    const inside = relative(input.home, input.path);
    cpSync(input.home, lab.home, { recursive: true });
    const files = readdirSync(input.home, { recursive: true, encoding: "utf8" });
    moveTo(
      lab,
      files.map((name) => join(lab.home, name)),
    );
    return join(lab.home, moved(inside, lab));
  }
  const agent = agentNamed(input.agent);
  if (agent.store.database) {
    const path = join(lab.root, basename(input.path));
    cpSync(input.path, path);
    moveTo(lab, [path]);
    return path;
  }
  const { header } = await shown(lab, input.path, input.agent);
  const facts = {
    agent: input.agent,
    id: str(header.id) ?? "",
    title: null,
    cwd: lab.cwd,
    gitBranch: null,
    gitCommit: null,
    model: str(header.model) ?? null,
    version: str(header.version) ?? null,
    createdAt: str(header.createdAt) ?? null,
    updatedAt: str(header.updatedAt) ?? null,
    parent: null,
  };
  const [root = ""] = agent.store.roots(lab.env);
  const path = agent.store.pathFor(root, facts, lab.env);
  mkdirSync(dirname(path), { recursive: true });
  cpSync(input.path, path);
  for (const { path: beside, text } of agent.store.companions?.(root, path, facts) ?? []) {
    mkdirSync(dirname(beside), { recursive: true });
    writeFileSync(beside, text);
  }
  moveTo(lab, [path], str(header.cwd));
  return path;
}

/** What the expected.json beside a case says of it. */
export function wordsFor(path: string): Words | undefined {
  const beside = join(dirname(path), "expected.json");
  if (!existsSync(beside)) return undefined;
  const of = obj(parseJson(readFileSync(beside, "utf8")))[basename(path)];
  if (!isObj(of)) return undefined;
  return { sees: arr(of.sees).map(String), sees_not: arr(of.sees_not).map(String) };
}

/** Words that must be in what the target's model is sent, and that must not. */
export interface Words {
  sees: readonly string[];
  sees_not: readonly string[];
}

async function shown(lab: Lab, path: string, from: string) {
  const agent = ["--from", from];
  const session = obj(parseJson(await segue(lab, ["show", path, "--json", ...agent])));
  return { header: obj(session.header) };
}

/** The sessions of a folder that is laid out as HOME. */
export function sessionsIn(agent: string, home: string): Input[] {
  return globSync(driverOf(agent).fixtures, { cwd: home })
    .sort()
    .map((name) => ({ agent, path: join(home, name), home }));
}

/** In the lab the project is elsewhere: files and folders say so, too. */
function moveTo(lab: Lab, paths: string[], from = RECORDED_IN): void {
  const renamed = (text: string): string =>
    FOLDERS.reduce((now, name) => now.replaceAll(name(from), name(lab.cwd)), text);
  for (const path of paths.filter((one) => statSync(one).isFile())) {
    const bytes = readFileSync(path, "latin1");
    const there = renamed(bytes.replaceAll(from, lab.cwd))
      // Cline's manifests name the path of the transcript.
      .replaceAll("/home/dev/.cline/", `${lab.home}/.cline/`)
      // Kimi Code names the model by the user's alias.
      .replace(/("modelAlias":")(?!lab)[^"]*"/g, '$1lab"')
      // Codex resumes a session with the provider that it was recorded with, or not at all.
      .replace(/("(?:model_provider(?:_id)?|modelProvider)": ?")[^"]*"/g, '$1lab"');
    if (there !== bytes) writeFileSync(path, there, "latin1");
  }
  for (const path of paths) {
    const at = join(lab.home, moved(relative(lab.home, path), lab));
    if (at === path || !statSync(path).isFile()) continue;
    mkdirSync(dirname(at), { recursive: true });
    renameSync(path, at);
  }
  for (const path of paths) {
    const isLeft = FOLDERS.some((name) => path.includes(name(RECORDED_IN)));
    if (isLeft) rmSync(path, { recursive: true, force: true });
  }
}

function moved(path: string, lab: Lab): string {
  return (
    path
      .split(sep)
      .map((part) => FOLDERS.reduce((now, of) => now.replace(of(RECORDED_IN), of(lab.cwd)), part))
      // Pi's folder, which has lost its end in some fixtures.
      .map((name) => (name === `-${slug(lab.cwd)}` ? `${name}--` : name))
      .join(sep)
  );
}

/** How stores name the folder of a project. */
const FOLDERS = [slug, kimiFolder, kimiCliFolder];

function slug(path: string): string {
  return path.replace(/[^A-Za-z0-9]/g, "-");
}
