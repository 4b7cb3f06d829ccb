/** What the picker shows and does, without a terminal: keys in, lines of a screen out. */
import { basename } from "node:path";
import type { Listed } from "../../core/list.ts";
import type { Preview } from "../../core/preview.ts";
import { counted } from "../../words.ts";
import { clean, clip, fill, widthOf, wrap } from "../cells.ts";

export interface Key {
  /** As Node's readline names it: "up", "return", "escape" …; "" for text. */
  name: string;
  ctrl: boolean;
  /** What was typed. */
  text: string;
}

export interface Size {
  columns: number;
  rows: number;
}

/** An agent that is installed here. */
export interface Target {
  id: string;
  name: string;
}

export type Session = Pick<
  Listed,
  | "agent"
  | "id"
  | "title"
  | "cwd"
  | "messages"
  | "tokens"
  | "model"
  | "path"
  | "limit"
  | "time"
  | "here"
>;

export type Action =
  | { do: "leave" }
  | { do: "interrupt" }
  | { do: "launch"; session: Session; target: Target };

export interface Screenful {
  lines: string[];
  /** Where the cursor stands, counted from 1; null for nowhere. */
  cursor: { row: number; column: number } | null;
}

interface Item {
  session: Session;
  /** What is searched, in small letters. */
  text: string;
}

export interface Known {
  preview(session: Session): Preview | null | undefined;
  /** What would be lost on the way; undefined while that is not known yet. */
  losses(session: Session, target: Target): readonly string[] | undefined;
}

export interface Look {
  colour: boolean;
  now: number;
}

export class Picker {
  readonly #targets: readonly Target[];
  readonly #known: Known;
  #items: Item[] = [];
  #matches: Item[] = [];
  #total: number | null = null;
  #query = "";
  #at = 0;
  #top = 0;
  #height = 1;
  /** The session whose target is being chosen. */
  #chosen: Session | null = null;
  #targetAt = 0;
  #now = 0;

  constructor(targets: readonly Target[], known: Known) {
    this.#targets = targets;
    this.#known = known;
  }

  /** `total`: how many there are, where these are not all of them yet. */
  load(sessions: readonly Session[], total = sessions.length): void {
    this.#items = sessions.map((session) => ({ session, text: textOf(session) }));
    this.#total = total;
    this.#filter();
  }

  /** The session under the cursor. */
  get session(): Session | null {
    return this.#chosen ?? this.#matches[this.#at]?.session ?? null;
  }

  /** The target under the cursor; null while a session is being chosen. */
  get target(): Target | null {
    return this.#chosen ? (this.#offered[this.#targetAt] ?? null) : null;
  }

  /** The session's own agent first. */
  get #offered(): Target[] {
    const own = this.#chosen?.agent;
    return this.#targets.toSorted((a, b) => Number(b.id === own) - Number(a.id === own));
  }

  press(key: Key): Action | null {
    if (key.ctrl && key.name === "c") return { do: "interrupt" };
    return this.#chosen ? this.#pressTarget(key, this.#chosen) : this.#pressSession(key);
  }

  #pressSession(key: Key): Action | null {
    if (key.name === "escape" || (key.ctrl && key.name === "d")) return this.#back();
    if (key.name === "return" || key.name === "enter" || key.name === "right") {
      this.#choose(this.#matches[this.#at]?.session ?? null);
    } else if (key.name === "backspace") {
      this.#ask([...this.#query].slice(0, -1).join(""));
    } else if (key.ctrl && key.name === "u") this.#ask("");
    else if (key.ctrl && key.name === "w") this.#ask(this.#query.replace(/\S+\s*$/, ""));
    else if (this.#step(key) !== null) this.#move(this.#at + (this.#step(key) ?? 0));
    else if (!key.ctrl && key.text !== "") this.#ask(this.#query + key.text);
    return null;
  }

  #back(): Action | null {
    if (this.#query === "") return { do: "leave" };
    this.#ask("");
    return null;
  }

  /** How far a key moves the cursor; null for other keys. */
  #step({ name, ctrl }: Key): number | null {
    const page = Math.max(1, this.#height - 1);
    if (name === "up" || (ctrl && name === "p")) return -1;
    if (name === "down" || (ctrl && name === "n")) return 1;
    const far: { [name: string]: number } = {
      pageup: -page,
      pagedown: page,
      home: Number.NEGATIVE_INFINITY,
      end: Number.POSITIVE_INFINITY,
    };
    return far[name] ?? null;
  }

  #move(to: number): void {
    this.#at = Math.max(0, Math.min(to, this.#matches.length - 1));
  }

  #ask(query: string): void {
    this.#query = query;
    this.#at = 0;
    this.#filter();
  }

  #filter(): void {
    const words = searched(this.#query)
      .split(" ")
      .filter((word) => word !== "");
    this.#matches = this.#items.filter(({ text }) => words.every((word) => text.includes(word)));
    this.#move(this.#at);
  }

  #choose(session: Session | null): void {
    this.#chosen = session;
    const offered = this.#offered;
    const isFree = ({ id }: Target): boolean => this.#limitOf(id) === null;
    const free = offered.findIndex(isFree);
    this.#targetAt = Math.max(0, free);
  }

  #pressTarget(key: Key, session: Session): Action | null {
    const offered = this.#offered;
    if (key.name === "escape" || key.name === "left" || key.name === "backspace") {
      this.#chosen = null;
    } else if (key.name === "return" || key.name === "enter") {
      const target = offered[this.#targetAt];
      return target ? { do: "launch", session, target } : null;
    } else {
      const step = this.#step(key) ?? 0;
      this.#targetAt = Math.max(0, Math.min(this.#targetAt + step, offered.length - 1));
    }
    return null;
  }

  /** The limit that an agent's newest session stopped at, if it may still hold. */
  #limitOf(agent: string): string | null {
    let newest: Session | null = null;
    for (const { session } of this.#items) {
      if (session.agent === agent && session.time >= (newest?.time ?? 0)) newest = session;
    }
    return newest && limitText(newest, this.#now);
  }

  screen({ columns, rows }: Size, { colour, now }: Look): Screenful {
    this.#now = now;
    const paint = painter(colour);
    if (rows < 4 || columns < 20) {
      return { lines: [clip("this terminal is too small", columns)], cursor: null };
    }
    const head = this.#chosen ? this.#targetHead(columns) : this.#queryLine(columns);
    const keys = this.#chosen ? TARGET_KEYS : SESSION_KEYS;
    const body = this.#body({ columns, rows: rows - 2 }, paint);
    const lines = [head, ...body, paint.dim(clip(keys, columns))];
    const column = Math.min(columns, widthOf(this.#query) + PROMPT.length + 1);
    return { lines, cursor: this.#chosen ? null : { row: 1, column } };
  }

  #queryLine(columns: number): string {
    const { length } = this.#matches;
    const all = this.#total;
    const some = `${length} of ${all}`;
    const count =
      all === null ? "looking for sessions …" : this.#query === "" ? counted(all, "session") : some;
    const room = columns - PROMPT.length - widthOf(count) - 2;
    return `${PROMPT}${fill(this.#query, Math.max(0, room))}  ${count}`;
  }

  #targetHead(columns: number): string {
    const { title = null, id = "" } = this.#chosen ?? {};
    return clip(`Open in which agent?  ${clean(title ?? id)}`, columns);
  }

  #body(size: Size, paint: Paint): string[] {
    const { list, pane, beside } = layout(size, this.#chosen ? this.#offered.length : null);
    const left = this.#chosen ? this.#targetLines(list, paint) : this.#sessionLines(list, paint);
    const right = pane ? this.#paneLines(pane, paint) : [];
    const lines: string[] = [];
    if (beside) {
      for (let i = 0; i < size.rows; i++) {
        // To the column by its number: what a terminal measures otherwise moves nothing.
        lines.push(`${left[i] ?? ""}\x1b[${list.columns + 2}G${paint.dim("│")} ${right[i] ?? ""}`);
      }
      return lines;
    }
    lines.push(...filled(left, list.rows));
    if (pane) lines.push(paint.dim("─".repeat(size.columns)), ...filled(right, pane.rows));
    return lines;
  }

  #sessionLines({ columns, rows }: Size, paint: Paint): string[] {
    this.#height = rows;
    if (this.#at < this.#top) this.#top = this.#at;
    if (this.#at >= this.#top + rows) this.#top = this.#at - rows + 1;
    this.#top = Math.max(0, Math.min(this.#top, this.#matches.length - rows));
    if (this.#matches.length === 0) return this.#total === null ? [] : ["  nothing matches"];
    return this.#matches.slice(this.#top, this.#top + rows).map(({ session }, i) => {
      const line = sessionLine(session, columns - 2, this.#now);
      return this.#top + i === this.#at ? paint.chosen(`> ${line}`) : `  ${line}`;
    });
  }

  #targetLines({ columns, rows }: Size, paint: Paint): string[] {
    const offered = this.#offered;
    if (offered.length === 0) return ["  no agent is installed: none is on PATH"];
    const top = Math.max(0, this.#targetAt - rows + 1);
    return offered.slice(top, top + rows).map((target, i) => {
      const own = target.id === this.#chosen?.agent ? "its own agent" : "";
      const limit = this.#limitOf(target.id);
      const about = [own, limit ?? ""].filter((text) => text !== "").join(", ");
      const line = fill(`${fill(target.name, 14)}  ${about}`, columns - 2);
      return top + i === this.#targetAt ? paint.chosen(`> ${line}`) : `  ${line}`;
    });
  }

  #paneLines({ columns, rows }: Size, paint: Paint): string[] {
    const { session, target } = this;
    if (!session) return [];
    if (target) {
      const losses = this.#known.losses(session, target);
      if (!losses) return ["reckoning what would be lost …"];
      return losses.flatMap((line) => indented(line, columns)).slice(0, rows);
    }
    const preview = this.#known.preview(session);
    return previewLines(session, preview, { columns, rows }, this.#now).map((line, i) =>
      i === 0 ? paint.bold(line) : line,
    );
  }
}

const PROMPT = "segue> ";
const SESSION_KEYS = "type to filter  ↑↓ move  enter: open  esc: clear, leave  ctrl-c: leave";
const TARGET_KEYS = "↑↓ move  enter: open there  esc: back  ctrl-c: leave";

interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  chosen(text: string): string;
}

function painter(colour: boolean): Paint {
  const paint = (code: number) => (text: string) =>
    colour && text !== "" ? `\x1b[${code}m${text}\x1b[0m` : text;
  return { bold: paint(1), dim: paint(2), chosen: paint(7) };
}

const SIDE_BY_SIDE = 120;
const NO_PANE = 8;

export interface Layout {
  list: Size;
  /** null where there is no room for it. */
  pane: Size | null;
  beside: boolean;
}

/** `most`: how long the list can get; null for any length. */
export function layout({ columns, rows }: Size, most: number | null): Layout {
  if (rows < NO_PANE) return { list: { columns, rows }, pane: null, beside: false };
  if (columns >= SIDE_BY_SIDE) {
    const left = Math.floor(columns / 2);
    const pane = { columns: columns - left - 3, rows };
    return { list: { columns: left, rows }, pane, beside: true };
  }
  const wanted = Math.floor((rows - 1) * 0.45);
  const height = Math.max(1, most === null ? wanted : Math.min(most, wanted));
  const pane = { columns, rows: rows - 1 - height };
  return { list: { columns, rows: height }, pane, beside: false };
}

function filled(lines: readonly string[], rows: number): string[] {
  return Array.from({ length: rows }, (_, i) => lines[i] ?? "");
}

function textOf({ title, cwd, agent, id, model }: Session): string {
  return searched(`${title ?? ""} ${cwd ?? ""} ${agent} ${id} ${model ?? ""}`);
}

function searched(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ");
}

/** Agent, age, project, title. */
export function sessionLine(session: Session, columns: number, now: number): string {
  const { agent, time, cwd, title, id, here } = session;
  const project = `${here ? "*" : " "}${cwd === null ? "" : clean(basename(cwd))}`;
  const limit = limitText(session, now) === null ? "" : "[limit] ";
  const about = `${fill(agent, 11)} ${fill(ageOf(time, now), 4)} ${fill(project, 14)} `;
  return fill(`${about}${limit}${clean(title ?? id)}`, columns);
}

const AGES: readonly [string, number][] = [
  ["y", 31536e6],
  ["w", 6048e5],
  ["d", 864e5],
  ["h", 36e5],
  ["m", 6e4],
];

export function ageOf(time: number, now: number): string {
  const [unit, length] = AGES.find(([, ms]) => now - time >= ms) ?? ["", 0];
  return length === 0 ? "now" : `${Math.floor((now - time) / length)}${unit}`;
}

/** A limit of which nobody knows when it ends is taken to be over after this time. */
const LIMIT_LASTS = 5 * 36e5;

/** The limit that a session stopped at, unless it is over; in a few words. */
export function limitText({ limit, time }: Session, now: number): string | null {
  if (!limit) return null;
  const ends = limit.resetsAt === null ? Number.NaN : Date.parse(limit.resetsAt);
  if (Number.isNaN(ends)) return now - time < LIMIT_LASTS ? "at a limit" : null;
  if (ends <= now) return null;
  const when = new Date(ends).toISOString().slice(0, 16).replace("T", " ");
  return `at a limit until ${when} UTC`;
}

/** What there is to say of a session, most important first, for a pane of this size. */
export function previewLines(
  session: Session,
  preview: Preview | null | undefined,
  { columns, rows }: Size,
  now: number,
): string[] {
  const lines = [
    clip(clean(session.title ?? session.id), columns),
    clip(clean(factsOf(session)), columns),
  ];
  const limit = limitText(session, now);
  if (limit !== null) lines.push(clip(clean(`${limit}: ${session.limit?.text ?? ""}`), columns));
  if (preview === null) return [...lines, "it cannot be read"].slice(0, rows);
  if (preview === undefined) return lines.slice(0, rows);
  const { first, files, turns } = preview;
  if (files.length > 0) lines.push(clip(clean(`changed: ${files.join(", ")}`), columns));
  if (first !== null) lines.push(...labelled("first", first, columns, 2));
  const room = rows - lines.length;
  const last = turns.map(({ who, text }) => labelled(who, text, columns, 2));
  while (last.flat().length > room && last.length > 0) last.shift();
  return [...lines, ...last.flat()].slice(0, rows);
}

function factsOf({ agent, cwd, messages, tokens, model, id }: Session): string {
  const counts = [
    messages === null ? "" : counted(messages, "message"),
    tokens === null ? "" : `${tokens < 1000 ? tokens : `${Math.round(tokens / 1000)}k`} tokens`,
  ];
  return [agent, ...counts, model ?? "", cwd ?? "", id].filter((text) => text !== "").join(" · ");
}

function labelled(label: string, text: string, columns: number, most: number): string[] {
  const lines = wrap(text, columns - 8, most);
  return lines.map((line, i) => `${fill(i === 0 ? label : "", 8)}${line}`);
}

function indented(line: string, columns: number): string[] {
  const indent = " ".repeat(line.length - line.trimStart().length);
  return wrap(line, columns - indent.length - 2, 3).map(
    (part, i) => indent + (i > 0 ? "  " : "") + part,
  );
}
