/**
 * A session's files in the store, and the lines that stand for them: what base_state.json says of the
 * session itself, then an event a line. How it last ran, its settings and its costs are in no line;
 * in the file they stay as they are.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { SegueError } from "../../errors.ts";
import { bytesIn, textOrNone } from "../../io/door.ts";
import { entriesOf } from "../../io/files.ts";
import { parseValue, stringify } from "../../lossless/json-text.ts";
import { compact, isObject, member, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { dashed, eventName, fileIn, fileRecord, headRecord, ordinalIn, unwrap } from "./records.ts";

export interface Places {
  folder: string;
  state: string;
  events: string;
  /** Events on their way in: see `arriving`. */
  stage: string;
}

export function placesOf(root: string, id: string): Places {
  const folder = join(root, id);
  return {
    folder,
    state: join(folder, "base_state.json"),
    events: join(folder, "events"),
    stage: join(folder, ".segue-events"),
  };
}

/** The names of a folder's own files, or folders; none where there is no folder. Links lead elsewhere. */
export function namesIn(folder: string, kind: "files" | "folders" = "files"): string[] {
  return entriesOf(folder).flatMap((entry) =>
    (kind === "files" ? entry.isFile() : entry.isDirectory()) ? [entry.name] : [],
  );
}

/** The files of events, in order. */
export function eventNames(places: Places): string[] {
  const cut = arriving(places);
  const names = namesIn(places.events).filter((name) => /^event-.*\.json$/.test(name));
  const numbered = names.map((name) => ({ name, at: ordinalIn(name) ?? Number.POSITIVE_INFINITY }));
  return numbered
    .filter(({ at }) => cut === null || at < cut || at === Number.POSITIVE_INFINITY)
    .sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}

/**
 * Events are added from the last to the first: until the first is there, the SDK sees a gap, and none of
 * them. The number of that one, if it never came; null where nothing is on its way.
 */
export function arriving({ stage, events }: Places): number | null {
  if (!existsSync(stage)) return null;
  const ordinals = namesIn(stage).flatMap((name) => ordinalIn(name) ?? []);
  if (ordinals.length === 0) return null;
  const first = Math.min(...ordinals);
  return namesIn(events).some((name) => ordinalIn(name) === first) ? null : first;
}

export function stateAt({ state }: Places): JsonObject | null {
  const value = parseValue(textOrNone(state));
  return isObject(value) ? value : null;
}

/** The session's lines; null where there is none. */
export function linesAt(places: Places, id: string): string[] | null {
  const names = eventNames(places);
  if (names.length === 0) return null;
  const state = stateAt(places);
  const own = compact({ id, workspace: state?.workspace });
  const lines = [text(headRecord(own))];
  let live = 0;
  for (const name of names) {
    const bytes = bytesIn(join(places.events, name));
    lines.push(plainLine(bytes, name, live) ?? text(fileRecord(name, bytes)));
    if (ordinalIn(name) === live) live++;
  }
  return lines;
}

/** The event itself, where its file has the name and the form that the SDK gives it. */
function plainLine(bytes: Buffer, name: string, at: number): string | null {
  if (bytes.includes(10)) return null;
  const line = bytes.toString("utf8");
  const value = parseValue(line) ?? null;
  const id = string(member(value, "id"));
  if (id === undefined || eventName(at, id) !== name || unwrap(value).kind !== "event") return null;
  return Buffer.from(line).equals(bytes) && line.trim() === line ? line : null;
}

export function text(value: Json): string {
  return stringify(value) ?? "null";
}

export interface EventFile {
  name: string;
  bytes: Buffer;
}

/** What lines say, file by file. */
export interface Said {
  state: JsonObject | null;
  files: EventFile[];
  /** Files that the SDK does not load. */
  isGapped: boolean;
}

/** The most that the numbers in their names can count. */
const MOST_EVENTS = 100_000;

export function saidIn(lines: readonly string[], where: string): Said {
  const said: Said = { state: null, files: [], isGapped: false };
  let live = 0;
  for (const line of lines) {
    const value = parseValue(line) ?? null;
    const stored = unwrap(value);
    if (stored.kind === "head") said.state ??= stored.state;
    else if (stored.kind === "file") {
      const file = fileIn(value);
      if (!file || !SAFE.test(file.name)) throw unsafe(where);
      said.files.push(file);
      if (ordinalIn(file.name) === live) live++;
      else said.isGapped = true;
    } else {
      const name = eventName(live++, string(member(value, "id")) ?? "");
      if (stored.kind !== "event" || ordinalIn(name) === null) throw unsafe(where);
      said.files.push({ name, bytes: Buffer.from(line) });
    }
  }
  if (said.files.length > MOST_EVENTS) {
    throw new SegueError(
      "refused",
      "OpenHands does not open sessions with more than 100,000 events",
      {
        where,
      },
    );
  }
  return said;
}

const SAFE = /^event-[\w.-]{1,200}\.json$/;

function unsafe(where: string): SegueError {
  return new SegueError("refused", "a line is not an event that OpenHands can store", {
    where,
  });
}

/** The state of a new session: what the SDK needs to open it. It fills in the rest, with the user's settings. */
export function newState(state: JsonObject | null, id: string, model: string): string {
  const all = {
    id: dashed(id),
    agent: {
      llm: { model, usage_id: "agent" },
      tools: [],
      include_default_tools: [],
      kind: "Agent",
    },
    workspace: state?.workspace ?? { working_dir: "/", kind: "LocalWorkspace" },
    execution_status: "idle",
  };
  return text(all);
}

/** The state as it is now, with what its line says. */
export function changedState(now: JsonObject, { id: _, ...line }: JsonObject): string {
  return text({ ...now, ...line });
}
