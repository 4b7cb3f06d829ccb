/** Notices on the desktop, with what the system has for it. They never fail anything. */
import { spawn } from "node:child_process";
import { findProgram } from "./program.ts";
import type { Env } from "./state.ts";

/** How long the program may take, in milliseconds. */
const MOST = 5000;

/** A script cannot be injected into: the texts are arguments, or variables. */
const MAC = [
  ["-e", "on run argv"],
  ["-e", "display notification (item 2 of argv) with title (item 1 of argv)"],
  ["-e", "end run"],
].flat();
const WINDOWS = [
  "$t = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]",
  "$x = $t::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)",
  "$n = $x.GetElementsByTagName('text')",
  "$n.Item(0).AppendChild($x.CreateTextNode($env:SEGUE_TITLE)) | Out-Null",
  "$n.Item(1).AppendChild($x.CreateTextNode($env:SEGUE_BODY)) | Out-Null",
  "$t::CreateToastNotifier('Segue').Show([Windows.UI.Notifications.ToastNotification]::new($x))",
].join("; ");

interface Program {
  name: string;
  args: readonly string[];
}

/** The program that shows a notice on this system. */
export function desktopProgram(
  title: string,
  body: string,
  platform: NodeJS.Platform = process.platform,
): Program {
  if (platform === "darwin") return { name: "osascript", args: [...MAC, title, body] };
  if (platform === "win32") {
    const args = ["-NoProfile", "-NonInteractive", "-Command", WINDOWS];
    return { name: "powershell.exe", args };
  }
  return { name: "notify-send", args: ["--app-name=Segue", "--", title, body] };
}

/** Shows a notice, if the system has a program for it. Returns when that has ended. */
export async function notifyDesktop(
  title: string,
  body: string,
  env: Env,
  signal: AbortSignal,
): Promise<void> {
  const { name, args } = desktopProgram(title, body);
  const path = findProgram(name, env);
  if (path === null) return;
  const texts = { SEGUE_TITLE: title, SEGUE_BODY: body };
  await new Promise<void>((resolve) => {
    try {
      const child = spawn(path, [...args], {
        ...{ env: { ...env, ...texts }, stdio: "ignore", windowsHide: true },
        ...{ signal, timeout: MOST, killSignal: "SIGKILL" },
      });
      child.on("error", () => resolve());
      child.on("close", () => resolve());
    } catch {
      resolve();
    }
  });
}
