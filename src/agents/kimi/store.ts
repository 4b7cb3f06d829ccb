/** Where Kimi Code keeps its sessions. */
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { bytesIn, textOrNone } from "../../io/door.ts";
import { fileAt, leadsOut, namesOf, statOf } from "../../io/files.ts";
import { expandHome } from "../../io/host.ts";
import type { Header } from "../../session/types.ts";
import { jsonAt } from "../shared/opened.ts";
import { textSetting } from "../shared/toml.ts";
import type { Found, Store } from "../types.ts";
import { attachmentAt, isAttachment, mediaTypeOf } from "./media.ts";
import {
  identityOf,
  isMain,
  placeIn,
  readState,
  STATE,
  sessionFolder,
  stateText,
  WIRE,
} from "./place.ts";

function homeOf(env: NodeJS.ProcessEnv): string {
  const home = env.HOME || homedir();
  const named = env.KIMI_CODE_HOME;
  return named ? resolve(expandHome(named, home)) : join(home, ".kimi-code");
}

export const store: Store = {
  variables: ["KIMI_CODE_HOME"],

  roots: (env) => [join(homeOf(env), "sessions")],

  home: homeOf,

  // sessions/<folder's name>/<id>/agents/main/wire.jsonl; subagents beside "main".
  async find(root) {
    return namesIn(root).flatMap((bucket) =>
      namesIn(join(root, bucket)).flatMap((id) => look(root, join(root, bucket, id)) ?? []),
    );
  },

  pathFor: (root, header: Header) => placeIn(root, header),

  identity: identityOf,

  async children(path) {
    const folder = isMain(path) ? sessionFolder(path) : null;
    if (folder === null) return [];
    const wires = namesIn(join(folder, "agents")).map((name) => join(folder, "agents", name, WIRE));
    return wires.filter((wire) => !isMain(wire) && isFile(wire));
  },

  beside: fileOf,

  detached(path, line) {
    const withBlobs = line.replace(/"blobref:([^";\\]*);([0-9a-f]{64})"/g, (whole, type, name) => {
      const bytes = blob(path, name);
      return bytes === null ? whole : `"data:${type};base64,${bytes.toString("base64")}"`;
    });
    return withBlobs.replace(/("url":\s*)"(kimi-file:[^"\\]*)"/g, (whole, key, url) => {
      const bytes = attachment(path, attachmentAt(url) ?? "");
      const type = bytes === null ? null : mediaTypeOf(bytes);
      return type === null ? whole : `${key}"data:${type};base64,${bytes?.toString("base64")}"`;
    });
  },

  folder: (path, { cwd }) => stateOf(path)?.cwd ?? cwd,

  title: (path) => (isMain(path) ? (stateOf(path)?.title ?? null) : null),

  // An alias of config.toml: without one in its records, `kimi --session ID --prompt …` refuses a session.
  model: (root) => textSetting(textOrNone(join(dirname(root), "config.toml")), "default_model"),

  companions(_root, path, header) {
    const folder = sessionFolder(path);
    return folder === null ? [] : [{ path: join(folder, STATE), text: stateText(path, header) }];
  },
};

/** blobs/<SHA-256>: images of more than about 3 KB. */
function blob(wire: string, name: string): Buffer | null {
  if (!/^[0-9a-f]{64}$/.test(name)) return null;
  const path = join(dirname(wire), "blobs", name);
  try {
    return leadsOut(path, dirname(wire)) ? null : bytesIn(path);
  } catch {
    return null;
  }
}

function fileOf(wire: string, name: string): Buffer | null {
  return isAttachment(name) ? attachment(wire, name) : blob(wire, name);
}

/** media/<id>.<ending> in the session's folder: what was pasted, and what MCP servers gave. */
function attachment(wire: string, id: string): Buffer | null {
  const session = sessionFolder(wire);
  if (session === null || !isAttachment(id)) return null;
  const folder = join(session, "media");
  const name = namesIn(folder).find((one) => {
    return one === id || (one.startsWith(`${id}.`) && !one.includes(".tmp."));
  });
  const path = join(folder, name ?? id);
  try {
    return leadsOut(path, session) ? null : bytesIn(path);
  } catch {
    return null;
  }
}

function stateOf(wire: string): ReturnType<typeof readState> {
  const folder = sessionFolder(wire);
  return folder === null ? null : readState(jsonAt(join(folder, STATE)));
}

function namesIn(folder: string): string[] {
  return namesOf(folder).filter((name) => !name.startsWith("."));
}

function isFile(path: string): boolean {
  return statOf(path)?.isFile() ?? false;
}

function look(root: string, folder: string): Found | undefined {
  const file = fileAt(join(folder, "agents", "main", WIRE));
  if (!file || leadsOut(file.path, root)) return undefined;
  const found: Found = { ...file, agent: "kimi", id: basename(folder) };
  const summary = readState(jsonAt(join(folder, STATE)));
  return summary ? { ...found, summary } : found;
}
