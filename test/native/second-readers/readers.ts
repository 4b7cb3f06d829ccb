/** Vendors' own readers of their sessions: libraries, servers and exports. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { CodexAppServer } from "../codex-app-server.ts";
import type { Lab } from "../lab.ts";
import { arr, isObj, obj, objs, parseJson } from "../model-server/json.ts";
import { atomsOf } from "../oracle/atoms.ts";
import { packed } from "../pins.ts";
import { run } from "../process.ts";

/** The texts that it gives of the session with this id: messages, calls' arguments, results. */
export type VendorReader = (lab: Lab, id: string) => Promise<string[]>;

export const vendorReaders: { readonly [agent: string]: VendorReader } = {
  "claude-code": claudeSdk,
  codex: codexThread,
  opencode: exported("opencode"),
  kilo: exported("kilo"),
};

/** `@anthropic-ai/claude-agent-sdk`: getSessionMessages, of a session that listSessions lists. */
async function claudeSdk(lab: Lab, id: string): Promise<string[]> {
  const script = join(import.meta.dirname, "claude-sdk.ts");
  const args = [script, packed("claude-agent-sdk"), id];
  const { code, stdout, stderr } = await run(process.execPath, args, {
    cwd: lab.cwd,
    env: lab.env,
  });
  assert.equal(code, 0, stderr);
  const { listed, messages } = obj(parseJson(stdout));
  assert.ok(JSON.stringify(listed).includes(id), "listSessions does not list it");
  const said = objs(messages).map(({ message }) => obj(message));
  const body = { messages: said.map(({ role, content }) => ({ role, content })) };
  return atomsOf({ protocol: "anthropic", body }).flatMap(({ kind, text }) =>
    kind === "blob" || kind === "sealed" ? [] : [text],
  );
}

/** Of Codex's items; their commands and changes are put in words for the screen. */
const SAID = ["text", "content", "summary", "aggregatedOutput", "result", "fragments"];

/** Codex's app-server: thread/read. */
async function codexThread(lab: Lab, id: string): Promise<string[]> {
  const server = await CodexAppServer.start(lab);
  try {
    // Until it is resumed, a session in pages has no turns to read.
    await server.request("thread/resume", { threadId: id });
    const { turns } = await server.readThread(id);
    const items = objs(turns).flatMap((turn) => objs(turn.items));
    return textsIn(items.map((item) => SAID.map((key) => item[key])));
  } finally {
    await server.close();
  }
}

/** `opencode export ID`, and Kilo's. */
function exported(command: string): VendorReader {
  return async (lab, id) => {
    const options = { cwd: lab.cwd, env: lab.env };
    const { code, stdout, stderr } = await run(join(lab.bin, command), ["export", id], options);
    assert.equal(code, 0, stderr);
    const { messages } = obj(parseJson(stdout));
    return textsIn(objs(messages).flatMap(({ parts }) => arr(parts)));
  };
}

/** Keys of Codex's contents and of OpenCode's parts under which nothing is said. */
const ENVELOPE = new Set(
  `type id kind status source phase processId sessionID messageID callID tool hash snapshot reason
  mime metadata title url filename`.split(/\s+/),
);

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (!isObj(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => (ENVELOPE.has(key) ? [] : textsIn(inner)));
}
