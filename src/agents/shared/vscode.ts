/**
 * Where Visual Studio Code and the editors made from it keep what belongs to a user: extensions store
 * their sessions there. From microsoft/vscode, unless another source is named:
 *
 * - Desktop: `User` below the editor's folder in the system's place for settings, in this order:
 *   `VSCODE_PORTABLE` names a folder with `user-data` in it, `VSCODE_APPDATA` moves the place, and
 *   otherwise the system's own (src/vs/platform/environment/node/userDataPath.ts at 05528c7). The editor
 *   sets `VSCODE_PORTABLE` itself if `data` is beside its program (src/bootstrap-node.ts at 0314bcf),
 *   so it is known in its terminal only.
 * - Remote (SSH, WSL, containers) and `code serve-web`: `data/User` below `VSCODE_AGENT_FOLDER`, else below
 *   the product's `serverDataFolderName` in the home folder, else below `.vscode-remote`
 *   (src/vs/server/node/server.main.ts).
 * - An extension's files are in the default profile, whichever profile is used, in a folder named
 *   by its id in lower case (`extHostStoragePaths`, `getExtensionStoragePath` in
 *   src/vs/platform/extensionManagement/node/extensionLifecycle.ts).
 * - Flatpak moves XDG_CONFIG_HOME to `~/.var/app/<id>/config` (docs.flatpak.org, "Sandbox Permissions"); the
 *   ids are Flathub's, and Insiders' that of its beta repository (flathub/com.visualstudio.code-oss#11, and
 *   public scripts that install them).
 *
 * The names of VSCodium are from VSCodium/vscodium, prepare_vscode.sh at a6a4322; those of code-server
 * from coder/code-server, src/node/util.ts and patches/integration.diff at 88c2b74; those of Code - OSS from
 * product.json (`nameShort`, `serverDataFolderName`, `applicationName`). The others publish no source: their names are what public scripts and other
 * programs use.
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
  /** Its ids at Flathub. */
  flatpaks?: readonly string[];
}

export const EDITORS: readonly Editor[] = [
  {
    name: "Visual Studio Code",
    folder: "Code",
    server: ".vscode-server",
    command: "code",
    flatpaks: ["com.visualstudio.code"],
  },
  {
    name: "Visual Studio Code Insiders",
    folder: "Code - Insiders",
    server: ".vscode-server-insiders",
    command: "code-insiders",
    flatpaks: ["com.visualstudio.code.insiders"],
  },
  {
    name: "VSCodium",
    folder: "VSCodium",
    server: ".vscodium-server",
    command: "codium",
    flatpaks: ["com.vscodium.codium"],
  },
  {
    name: "VSCodium Insiders",
    folder: "VSCodium - Insiders",
    server: ".vscodium-server-insiders",
    command: "codium-insiders",
    flatpaks: ["com.vscodium.codium-insiders"],
  },
  {
    name: "Code - OSS",
    folder: "Code - OSS",
    server: ".vscode-server-oss",
    command: "code-oss",
    flatpaks: ["com.visualstudio.code-oss"],
  },
  { name: "Cursor", folder: "Cursor", server: ".cursor-server", command: "cursor" },
  { name: "Windsurf", folder: "Windsurf", server: ".windsurf-server", command: "windsurf" },
  { name: "Trae", folder: "Trae", server: ".trae-server", command: "trae" },
  { name: "Trae CN", folder: "Trae CN", server: ".trae-cn-server", command: "trae-cn" },
  { name: "Kiro", folder: "Kiro", server: ".kiro-server", command: "kiro" },
  {
    name: "Antigravity",
    folder: "Antigravity",
    server: ".antigravity-server",
    command: "antigravity",
  },
];

/**
 * The `User` folders of these editors, whether they exist or not: the portable one, those of the
 * desktop, then those of servers.
 */
export function userFolders(
  env: Env,
  host: Host = hostOf(env),
  editors: readonly Editor[] = EDITORS,
): string[] {
  const { path } = host;
  const places = [...desktopFolders(env, host, editors), ...serverFolders(env, host, editors)];
  return [...new Set(places.map((place) => path.join(place, "User")))];
}

function desktopFolders(env: Env, host: Host, editors: readonly Editor[]): string[] {
  const { platform, path, home } = host;
  const portable = env.VSCODE_PORTABLE ? [path.join(env.VSCODE_PORTABLE, "user-data")] : [];
  const own = editors.map(({ folder }) => path.join(settingsPlace(env, host), folder));
  const flatpaks = editors.flatMap(({ folder, flatpaks = [] }) =>
    flatpaks.map((id) => path.join(home, ".var", "app", id, "config", folder)),
  );
  return [...portable, ...own, ...(platform === "linux" ? flatpaks : [])];
}

function serverFolders(env: Env, host: Host, editors: readonly Editor[]): string[] {
  const { path, home } = host;
  const servers = editors.flatMap(({ server }) => server ?? []);
  const folders = [...servers, ".vscode-remote"].map((name) => path.join(home, name));
  const moved = env.VSCODE_AGENT_FOLDER ? [env.VSCODE_AGENT_FOLDER] : [];
  const all = [...moved, ...folders].map((folder) => path.join(folder, "data"));
  return [...all, codeServerFolder(env, host)];
}

/** code-server has no `data` below its folder, and uses XDG's folders on macOS, too. */
function codeServerFolder(env: Env, { platform, path, home }: Host): string {
  if (platform === "win32") {
    const local = env.LOCALAPPDATA || path.join(home, "AppData", "Local");
    return path.join(local, "code-server", "Data");
  }
  return path.join(env.XDG_DATA_HOME || path.join(home, ".local", "share"), "code-server");
}

/** Where the system keeps the settings of programs. */
function settingsPlace(env: Env, { platform, path, home }: Host): string {
  if (env.VSCODE_APPDATA) return env.VSCODE_APPDATA;
  if (platform === "win32") return env.APPDATA || path.join(home, "AppData", "Roaming");
  if (platform === "darwin") return path.join(home, "Library", "Application Support");
  return env.XDG_CONFIG_HOME || path.join(home, ".config");
}

/** The folder in which an extension keeps its own files, in a `User` folder; `id`: `publisher.name`. */
export function extensionFolder(user: string, id: string, { path }: Host): string {
  return path.join(user, "globalStorage", id.toLowerCase());
}
