/** Sessions of Claude's desktop app as it keeps them, made from the recorded lines of one. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fixture } from "./fixtures.ts";

export const DESKTOP_ID = "local_5a7d4a86-0000-4000-8000-00000000000c";
const CLI_ID = "c9258e92-0000-4000-8000-00000000000d";
const ACCOUNT = "f00cbda9-0000-4000-8000-00000000000a/3f389f6c-0000-4000-8000-00000000000b";

/** Makes the app's folder below `root`, and gives the account's. */
export function makeDesktop(root: string): string {
  const account = join(root, ACCOUNT);
  const [head = "", ...lines] = desktopRows();
  const put = (name: string, text: string): void => {
    mkdirSync(dirname(join(account, name)), { recursive: true });
    writeFileSync(join(account, name), text);
  };
  const projects = `${DESKTOP_ID}/.claude/projects/-sessions-pensive-mendel`;
  put(`${DESKTOP_ID}.json`, JSON.stringify(JSON.parse(head), null, 2));
  put(`${projects}/${CLI_ID}.jsonl`, lines.map((line) => `${line}\n`).join(""));
  put(`${projects}/${CLI_ID}/subagents/agent-a1.jsonl`, `${lines[1]}\n`);
  put(`${DESKTOP_ID}/audit.jsonl`, '{"type":"system","subtype":"init","_audit_hmac":"00ab"}\n');
  const other = DESKTOP_ID.replace("local_", "local_ditto_");
  const record = { ...JSON.parse(head), sessionId: other, cliSessionId: "gone", title: "Nothing" };
  put(`agent/${other}.json`, JSON.stringify(record));
  put("local_broken.json", '{"x":1}');
  put("cowork_settings.json", "{}");
  return account;
}

/** The app's record, and the lines of the conversation. */
export function desktopRows(): string[] {
  return readFileSync(fixture("claude-desktop/rows").path, "utf8").split("\n").slice(0, -1);
}
