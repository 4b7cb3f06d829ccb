/** Where the editors of Visual Studio Code's family keep what belongs to a user. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EDITORS, extensionFolder, userFolders } from "../../../src/agents/shared/vscode.ts";
import { hostOf } from "../../../src/io/host.ts";

const linux = (env: Record<string, string> = {}) =>
  userFolders({ HOME: "/home/dev", ...env }, hostOf({ HOME: "/home/dev" }, "linux"));
const mac = (env: Record<string, string> = {}) =>
  userFolders({ HOME: "/Users/dev", ...env }, hostOf({ HOME: "/Users/dev" }, "darwin"));
const PROFILE = "C:\\Users\\dev";
const windows = (env: Record<string, string> = {}) =>
  userFolders({ USERPROFILE: PROFILE, ...env }, hostOf({ USERPROFILE: PROFILE }, "win32"));

function has(folders: readonly string[], ...wanted: string[]): void {
  for (const one of wanted) assert.ok(folders.includes(one), `${one} is not among them`);
}

describe("vscode: the folders of a user", () => {
  it("on Linux, below the folder for settings", () => {
    const folders = linux();
    assert.equal(folders[0], "/home/dev/.config/Code/User");
    has(folders, "/home/dev/.config/Code - Insiders/User", "/home/dev/.config/VSCodium/User");
    has(folders, "/home/dev/.config/Cursor/User", "/home/dev/.config/Windsurf/User");
    has(folders, "/home/dev/.var/app/com.visualstudio.code/config/Code/User");
    has(linux({ XDG_CONFIG_HOME: "/cfg" }), "/cfg/Code/User", "/cfg/Cursor/User");
  });

  it("on macOS, below Application Support; nothing of Flatpak's", () => {
    const folders = mac({ XDG_CONFIG_HOME: "/cfg" });
    assert.equal(folders[0], "/Users/dev/Library/Application Support/Code/User");
    assert.ok(folders.every((folder) => !folder.includes(".var") && !folder.startsWith("/cfg")));
  });

  it("on Windows, below Roaming, wherever that is", () => {
    assert.equal(windows()[0], "C:\\Users\\dev\\AppData\\Roaming\\Code\\User");
    assert.equal(windows({ APPDATA: "D:\\Roaming" })[0], "D:\\Roaming\\Code\\User");
    has(windows(), "C:\\Users\\dev\\.vscode-server\\data\\User");
  });

  it("of servers, in the home folder of the machine that is worked on", () => {
    has(linux(), "/home/dev/.vscode-server/data/User", "/home/dev/.cursor-server/data/User");
    has(linux(), "/home/dev/.vscodium-server/data/User", "/home/dev/.vscode-remote/data/User");
    has(linux({ VSCODE_AGENT_FOLDER: "/opt/agent" }), "/opt/agent/data/User");
  });

  it("of code-server, which has no folder named data", () => {
    has(linux(), "/home/dev/.local/share/code-server/User");
    has(mac(), "/Users/dev/.local/share/code-server/User");
    has(mac({ XDG_DATA_HOME: "/data" }), "/data/code-server/User");
    has(windows(), "C:\\Users\\dev\\AppData\\Local\\code-server\\Data\\User");
    has(windows({ LOCALAPPDATA: "D:\\Local" }), "D:\\Local\\code-server\\Data\\User");
  });

  it("of a portable editor come first; VSCODE_APPDATA moves those of the desktop", () => {
    assert.equal(linux({ VSCODE_PORTABLE: "/usb/data" })[0], "/usb/data/user-data/User");
    const moved = windows({ VSCODE_APPDATA: "E:\\app", APPDATA: "D:\\Roaming" });
    assert.equal(moved[0], "E:\\app\\Code\\User");
    assert.ok(moved.every((folder) => !folder.startsWith("D:\\Roaming")));
  });

  it("each once, and each editor's", () => {
    const folders = linux();
    assert.equal(new Set(folders).size, folders.length);
    for (const { folder } of EDITORS) has(folders, `/home/dev/.config/${folder}/User`);
    const host = hostOf({ HOME: "/home/dev" }, "linux");
    const [only, ...more] = userFolders({}, host, []);
    assert.deepEqual(more, ["/home/dev/.local/share/code-server/User"]);
    assert.equal(only, "/home/dev/.vscode-remote/data/User");
  });

  it("an extension's folder has its id in lower case", () => {
    const host = hostOf({ HOME: "/home/dev" }, "linux");
    const folder = extensionFolder("/u/User", "RooVeterinaryInc.roo-cline", host);
    assert.equal(folder, "/u/User/globalStorage/rooveterinaryinc.roo-cline");
  });
});
