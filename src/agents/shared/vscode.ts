/**
 * Where Visual Studio Code and the editors made from it keep what belongs to a user: extensions store
 * their sessions there.
 *
 * - Desktop: `User` below the editor's folder in the system's place for settings
 *   (code.visualstudio.com/docs/editor/settings, "User settings.json location"); `VSCODE_APPDATA` moves
 *   that place, and `VSCODE_PORTABLE` names a folder with `user-data` in it (microsoft/vscode,
 *   src/vs/platform/environment/node/userDataPath.ts).
 * - Remote (SSH, WSL, containers): `data/User` below the server's folder in the home of the machine
 *   that is worked on, which `VSCODE_AGENT_FOLDER` moves (microsoft/vscode,
 *   src/vs/server/node/serverEnvironmentService.ts).
 * - Workspaces: `workspaceStorage/<hash>/workspace.json` names the folder.
 */
import { type Host, hostOf } from "../../io/host.ts";
import type { Env } from "../../io/state.ts";

/** An editor of the family. */
export interface Editor {
  name: string;
  /** The name of its folder where the system keeps settings. */
  folder: string;
  /** The name of its server's folder in the home folder; undefined if it has none. */
  server?: string;
  /** Its command on PATH. */
  command: string;
}

export const EDITORS: readonly Editor[] = [
  { name: "Visual Studio Code", folder: "Code", server: ".vscode-server", command: "code" },
  {
    name: "Visual Studio Code Insiders",
    folder: "Code - Insiders",
    server: ".vscode-server-insiders",
    command: "code-insiders",
  },
  { name: "VSCodium", folder: "VSCodium", server: ".vscodium-server", command: "codium" },
  { name: "Code - OSS", folder: "Code - OSS", server: ".vscode-server-oss", command: "code-oss" },
  { name: "Cursor", folder: "Cursor", server: ".cursor-server", command: "cursor" },
  { name: "Windsurf", folder: "Windsurf", server: ".windsurf-server", command: "windsurf" },
  { name: "Trae", folder: "Trae", server: ".trae-server", command: "trae" },
  { name: "Kiro", folder: "Kiro", server: ".kiro-server", command: "kiro" },
  {
    name: "Antigravity",
    folder: "Antigravity",
    server: ".antigravity-server",
    command: "antigravity",
  },
];

/** The `User` folders of these editors, whether they exist or not: desktop first, then servers. */
export function userFolders(
  env: Env,
  host: Host = hostOf(env),
  editors: readonly Editor[] = EDITORS,
): string[] {
  const { path, home } = host;
  const desktop = editors.map(({ folder }) => path.join(settingsPlace(env, host), folder, "User"));
  const portable = env.VSCODE_PORTABLE ? [path.join(env.VSCODE_PORTABLE, "user-data", "User")] : [];
  const servers = editors.flatMap(({ server }) =>
    server === undefined ? [] : [path.join(home, server, "data", "User")],
  );
  // VS Code's own server and code-server (github.com/coder/code-server) have names of their own.
  const moved = env.VSCODE_AGENT_FOLDER
    ? [path.join(env.VSCODE_AGENT_FOLDER, "data", "User")]
    : [path.join(home, ".vscode-remote", "data", "User")];
  const codeServer = path.join(env.XDG_DATA_HOME || path.join(home, ".local/share"), "code-server");
  return [...portable, ...desktop, ...moved, ...servers, path.join(codeServer, "User")];
}

/** Where the system keeps the settings of programs. */
function settingsPlace(env: Env, { platform, path, home }: Host): string {
  if (env.VSCODE_APPDATA) return env.VSCODE_APPDATA;
  if (platform === "win32") return env.APPDATA || path.join(home, "AppData", "Roaming");
  if (platform === "darwin") return path.join(home, "Library", "Application Support");
  return env.XDG_CONFIG_HOME || path.join(home, ".config");
}

/** The folders in which an extension keeps its own files, in every editor: `publisher.name`. */
export function extensionFolders(env: Env, host: Host = hostOf(env), ...ids: string[]): string[] {
  return userFolders(env, host).flatMap((user) =>
    ids.map((id) => host.path.join(user, "globalStorage", id)),
  );
}
