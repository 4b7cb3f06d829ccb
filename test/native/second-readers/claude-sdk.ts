/**
 * Prints what Anthropic's own library reads of a session: `node claude-sdk.ts SDK_FOLDER SESSION_ID`,
 * as `{ listed, messages }`. A process of its own, so that it has the lab's HOME.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [sdk = "", id = ""] = process.argv.slice(2);
const { getSessionMessages, listSessions } = await import(pathToFileURL(join(sdk, "sdk.mjs")).href);
const listed = await listSessions({});
const messages = await getSessionMessages(id, {});
console.log(JSON.stringify({ listed, messages }));
