import { existsSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { bytesIn } from "../../io/door.ts";
import { leadsOut, listFiles, namesOf } from "../../io/files.ts";
import { type Host, hostOf } from "../../io/host.ts";
import type { Header } from "../../session/types.ts";
import { isTitleSlot } from "../shared/pi/signs.ts";
import { expand, fileName, folderName, headLines, parse, sessionsIn } from "../shared/pi/store.ts";
import type { Store } from "../types.ts";

export const store: Store = {
  variables: ["PI_CODING_AGENT_DIR", "PI_CODING_AGENT_SESSION_DIR", "PI_CONFIG_DIR"],

  roots(env, host = hostOf(env)) {
    const named = expand(env.PI_CODING_AGENT_SESSION_DIR, host);
    if (named !== undefined) return [named];
    const [own, ...more] = [dataFolder(env, host), ...profiles(configFolder(env, host), host)].map(
      (folder) => host.path.join(folder, "sessions"),
    );
    return own === undefined ? [] : [own, ...more.filter((one) => one !== own)];
  },

  home: (env) => agentFolder(env, hostOf(env)),

  // sessions/<folder's name>/<time>_<id>.jsonl; deeper are a session's subagents.
  find: async (root) =>
    sessionsIn(root, "omp").filter(({ path }) => isUsual(root) || startsWithTitle(path)),

  pathFor(root, header: Header, env) {
    const isFlat = root === expand(env.PI_CODING_AGENT_SESSION_DIR, hostOf(env));
    const folder = isFlat ? root : join(root, bucket(header.cwd ?? "/", env));
    return join(folder, fileName(header));
  },

  // <session's file without .jsonl>/<name>.jsonl, with what else its tools stored.
  async children(path) {
    const found: string[] = [];
    for await (const file of listFiles(path.slice(0, -".jsonl".length), 1)) {
      if (file.path.endsWith(".jsonl") && !basename(file.path).startsWith("__")) {
        found.push(file.path);
      }
    }
    return found.sort();
  },

  beside: blob,

  detached(path, line) {
    return line.replace(/"(blob:sha256:[0-9a-f]{64})"/g, (whole, name) => {
      const bytes = blob(path, name);
      return bytes === null ? whole : `"${bytes.toString("base64")}"`;
    });
  },

  shared(line, path, root) {
    return [...line.matchAll(/"blob:sha256:([0-9a-f]{64})"/g)].flatMap(([, hash = ""]) => {
      const from = blobFile(path, hash);
      return from === null ? [] : [{ from, to: join(dirname(root), "blobs", hash) }];
    });
  },
};

/** ~/.omp, or a profile's folder in it. */
function configFolder(env: NodeJS.ProcessEnv, host: Host): string {
  return host.path.join(host.home, env.PI_CONFIG_DIR || ".omp");
}

function profileOf(env: NodeJS.ProcessEnv): string | undefined {
  const name = (env.OMP_PROFILE ?? env.PI_PROFILE ?? "").trim();
  // The CLI's own rule for names, which become folders.
  return name !== "default" && /^[a-z0-9][a-z0-9._-]{0,63}$/.test(name) ? name : undefined;
}

function agentFolder(env: NodeJS.ProcessEnv, host: Host): string {
  const profile = profileOf(env);
  const config = configFolder(env, host);
  if (profile !== undefined) return host.path.join(config, "profiles", profile, "agent");
  return expand(env.PI_CODING_AGENT_DIR, host) ?? host.path.join(config, "agent");
}

/** Where an installation follows XDG, its data is there. It does once that folder exists. */
function dataFolder(env: NodeJS.ProcessEnv, host: Host): string {
  const agent = agentFolder(env, host);
  const profile = profileOf(env);
  const isNamed = profile === undefined && expand(env.PI_CODING_AGENT_DIR, host) !== undefined;
  if (isNamed || !env.XDG_DATA_HOME || host.platform === "win32") return agent;
  const below = profile === undefined ? [] : ["profiles", profile];
  const xdg = host.path.join(env.XDG_DATA_HOME, "omp", ...below);
  return existsSync(xdg) ? xdg : agent;
}

/** The agent's folders of all profiles, the unnamed one first. */
function profiles(config: string, host: Host): string[] {
  const folder = host.path.join(config, "profiles");
  const names = namesOf(folder);
  const all = names.map((name) => host.path.join(folder, name, "agent")).filter(existsSync);
  const first = host.path.join(config, "agent");
  return existsSync(first) ? [first, ...all] : all;
}

function isUsual(root: string): boolean {
  return /[\\/]\.omp[\\/](?:profiles[\\/][^\\/]+[\\/])?agent[\\/]sessions$/.test(root);
}

/** In a folder that it may share with Pi, this tells them apart. */
function startsWithTitle(path: string): boolean {
  const [first = ""] = headLines(path, 256);
  return isTitleSlot(parse(first) ?? null);
}

/**
 * "-dev-shop" for a folder in HOME, "-tmp-x" for one in the folder for temporary files, and like
 * Pi's for any other.
 */
export function bucket(cwd: string, env: NodeJS.ProcessEnv): string {
  const host = hostOf(env);
  // From another kind of system.
  if (!host.path.isAbsolute(cwd)) return folderName(cwd);
  const real = realOf(cwd);
  const temporary = env.TMPDIR || (host.platform === "win32" ? tmpdir() : "/tmp");
  const places = [
    ["-", host.home],
    ["-tmp", temporary],
  ] as const;
  for (const [prefix, place] of places) {
    const below = host.path.relative(realOf(place), real);
    if (below.startsWith("..") || host.path.isAbsolute(below)) continue;
    const name = below.replace(/[/\\:]/g, "-");
    if (name === "") return prefix;
    return prefix.endsWith("-") ? prefix + name : `${prefix}-${name}`;
  }
  return folderName(real);
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** blobs/<SHA-256> in the agent's folder: images of more than a kilobyte. */
function blob(path: string, name: string): Buffer | null {
  const [, hash] = /^blob:sha256:([0-9a-f]{64})$/.exec(name) ?? [];
  const file = hash === undefined ? null : blobFile(path, hash);
  if (file === null) return null;
  try {
    return bytesIn(file);
  } catch {
    // Not readable, or larger than any image: as if it were missing.
    return null;
  }
}

function blobFile(path: string, hash: string): string | null {
  for (const folder of blobFolders(path)) {
    const file = join(folder, hash);
    if (existsSync(file) && !leadsOut(file, folder)) return file;
  }
  return null;
}

/** That of the store that the session is in: a subagent's file is one folder deeper. */
function blobFolders(path: string): string[] {
  const folders = [2, 3, 4].map((up) => Array(up).fill("..").join("/"));
  return folders.map((up) => join(dirname(path), up, "blobs"));
}
