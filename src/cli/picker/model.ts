/** The picker without a terminal: what keys do, and what to show. */

import { accountText } from "./facts.ts";
import { type Row, Rows } from "./rows.ts";
import { type Choice, choicesFor, proposed } from "./targets.ts";
import type {
  Action,
  Found,
  Key,
  Known,
  Look,
  Question,
  Screenful,
  Search,
  Session,
  Size,
  Start,
  Target,
} from "./types.ts";
import { type Drawn, draw } from "./view.ts";

const NO_SEARCH: Search = { query: null, found: [], note: null };

export class Picker {
  readonly targets: readonly Target[];
  readonly known: Known;
  readonly rows = new Rows();
  /** The number of sessions; null while it is unknown. */
  total: number | null = null;
  /** Are all of them loaded? */
  isComplete = false;
  query = "";
  /** Only this agent's sessions. */
  agent: string | null = null;
  /** Only the project's. */
  here = false;
  at = 0;
  /** The full-text search; null while titles are filtered. */
  search: Search | null = null;
  /** The session for which a target is being chosen. */
  chosen: Session | null = null;
  choiceAt = 0;
  question: Question | null = null;
  /** How far the help is scrolled; null while it is hidden. */
  help: number | null = null;
  /** How far the preview is scrolled. */
  scrolled = 0;
  /** The result of the last action, until the next key. */
  notice: string | null = null;
  now: number;
  #drawn: Drawn = { listRows: 1, paneRows: 1, top: 0, mostScroll: 0, mostHelp: 0 };

  constructor(targets: readonly Target[], known: Known, now = Date.now()) {
    this.targets = targets;
    this.known = known;
    this.now = now;
  }

  /** Begins with a full-text search for this, in one agent's sessions or in all. */
  begin({ query, agent = null }: Start): void {
    this.agent = agent;
    this.search = NO_SEARCH;
    this.#ask(query);
  }

  /** `total`: the number of sessions, if these are not all of them yet. */
  load(sessions: readonly Session[], total = sessions.length): void {
    const path = this.rows.all[this.at]?.session.path;
    this.rows.load(sessions, this.now);
    this.total = total;
    this.isComplete = sessions.length >= total;
    this.#filter();
    const place = this.rows.all.findIndex(({ session }) => session.path === path);
    if (this.at > 0 && place >= 0) this.at = place;
  }

  get row(): Row | null {
    return this.rows.all[this.at] ?? null;
  }

  /** The session under the cursor, or for which a target is being chosen. */
  get session(): Session | null {
    return this.chosen ?? this.row?.session ?? null;
  }

  /** The target under the cursor; null while a session is being chosen. */
  get target(): Target | null {
    return this.chosen ? (this.choices[this.choiceAt]?.target ?? null) : null;
  }

  get choices(): Choice[] {
    return this.chosen ? choicesFor(this.chosen, this.targets, this.#limitOf) : [];
  }

  /** What to search the full text for now; null for nothing. */
  get wanted(): string | null {
    const query = this.query.trim();
    return this.search && query !== "" && query !== this.search.query ? query : null;
  }

  /** The result of a full-text search. */
  found(search: Search): void {
    if (!this.search || search.query !== this.query.trim()) return;
    this.search = search;
    this.#ask(this.query);
  }

  /** What the search found in the session under the cursor. */
  get hits(): Found["hits"] {
    const path = this.session?.path;
    if (this.query.trim() === "") return [];
    return this.search?.found.find((one) => one.path === path)?.hits ?? [];
  }

  /** The title of the session at this path. */
  titleOf(path: string): string | null {
    for (const session of this.rows.sessions) if (session.path === path) return session.title;
    return null;
  }

  readonly #limitOf = (agent: string): string | null =>
    accountText(this.known.limitOf(agent), this.now);

  press(key: Key): Action | null {
    this.notice = null;
    if (key.ctrl && key.name === "c") return { do: "interrupt" };
    if (this.help !== null) return this.#pressHelp(key, this.help);
    if (this.question) return this.#pressQuestion(key, this.question);
    if (this.#scroll(key)) return null;
    if (key.name === "f1" || (key.text === "?" && (this.query === "" || this.chosen))) {
      this.help = 0;
      return null;
    }
    return this.chosen ? this.#pressChoice(key, this.chosen) : this.#pressSession(key);
  }

  #pressHelp(key: Key, at: number): null {
    const step = this.#step(key);
    this.help = step === null ? null : Math.max(0, Math.min(at + step, this.#drawn.mostHelp));
    return null;
  }

  #pressQuestion(key: Key, question: Question): Action | null {
    const { text } = question;
    if (isEnter(key)) {
      if (text?.trim() === "") return null;
      this.question = null;
      this.chosen = null;
      return question.act(text?.trim() ?? "");
    }
    const edited = text === null ? null : editedBy(key, text);
    if (key.name === "escape" || (text === "" && key.name === "backspace")) this.question = null;
    else if (edited !== null) this.question = { ...question, text: edited };
    return null;
  }

  #pressSession(key: Key): Action | null {
    const { row } = this;
    if (key.name === "escape" || (key.ctrl && key.name === "d")) return this.#back();
    if (key.name === "right" && row && this.rows.open(row, true)) return null;
    if (key.name === "left") return this.#close(row);
    if (isEnter(key) || key.name === "right") this.#choose(row?.session ?? null);
    else if (key.name === "tab") this.#nextAgent(key.shift ? -1 : 1);
    else if (key.ctrl && key.name === "a") this.#narrow({ here: !this.here });
    else if (key.ctrl && key.name === "s") this.#toggleSearch();
    else if (key.ctrl && key.name === "z") this.#askUndo();
    else if (key.ctrl && row && ["t", "y", "o", "e"].includes(key.name)) {
      return this.#do(row.session, DOES[key.name] ?? "copy");
    } else if (this.#step(key) !== null) this.#move(this.at + (this.#step(key) ?? 0));
    else this.#ask(editedBy(key, this.query) ?? this.query);
    return null;
  }

  /** Removes what narrows the list, one step at a time; then leaves. */
  #back(): Action | null {
    if (this.query !== "") this.#ask("");
    else if (this.search) this.#toggleSearch();
    else if (this.agent !== null || this.here) this.#narrow({ agent: null, here: false });
    else return { do: "leave" };
    return null;
  }

  /** Hides the sessions of the row's conversation. */
  #close(row: Row | null): null {
    const head = this.rows.all.findIndex(({ group, isPart }) => group === row?.group && !isPart);
    const found = this.rows.all[head];
    if (found && this.rows.open(found, false)) this.#move(head);
    return null;
  }

  #nextAgent(step: number): void {
    const agents = [null, ...this.rows.counts.keys()];
    const at = agents.indexOf(this.agent) + step + agents.length;
    this.#narrow({ agent: agents[at % agents.length] ?? null });
  }

  #narrow({ agent = this.agent, here = this.here }: { agent?: string | null; here?: boolean }) {
    this.agent = agent;
    this.here = here;
    this.#ask(this.query);
  }

  #toggleSearch(): void {
    this.search = this.search ? null : NO_SEARCH;
    this.#ask(this.query);
  }

  #askUndo(): void {
    const label = this.known.lastWrite();
    if (label === null) this.notice = "there is nothing to undo";
    else this.question = { label, text: null, act: () => ({ do: "undo" }) };
  }

  /** How far a key moves the cursor; null for other keys. */
  #step({ name, ctrl }: Key): number | null {
    const page = Math.max(1, this.#drawn.listRows - 1);
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

  /** Was it a key that scrolls the preview? Up is back in time, as the newest is at the bottom. */
  #scroll({ name, ctrl, shift = false }: Key): boolean {
    const page = Math.max(1, this.#drawn.paneRows - 2);
    const steps: { [name: string]: number } = shift ? { up: 1, down: -1 } : {};
    const step = steps[name] ?? (ctrl ? { b: page, f: -page }[name] : undefined);
    if (step === undefined) return false;
    const down = this.target ? -step : step;
    this.scrolled = Math.max(0, Math.min(this.scrolled + down, this.#drawn.mostScroll));
    return true;
  }

  #move(to: number): void {
    this.at = Math.max(0, Math.min(to, this.rows.all.length - 1));
    this.scrolled = 0;
  }

  #ask(query: string): void {
    this.query = query;
    this.at = 0;
    this.#filter();
  }

  #filter(): void {
    const { query, agent, here, search } = this;
    const isSearched = search !== null && query.trim() !== "";
    const paths = isSearched ? search.found.map(({ path }) => path) : null;
    this.rows.filter({ query: search ? "" : query, agent, here, paths });
    this.#move(this.at);
  }

  #choose(session: Session | null): void {
    this.chosen = session;
    this.scrolled = 0;
    const last = session ? this.known.lastTarget(session.agent) : undefined;
    this.choiceAt = proposed(this.choices, last ?? session?.agent, this.#limitOf);
  }

  #pressChoice(key: Key, session: Session): Action | null {
    const { choices } = this;
    if (key.name === "escape" || key.name === "left" || key.name === "backspace") {
      this.chosen = null;
      this.scrolled = 0;
    } else if (isEnter(key)) {
      const choice = choices[this.choiceAt];
      if (choice?.target) return { do: "launch", session, target: choice.target };
      if (choice && choice.does !== "launch") return this.#do(session, choice.does);
    } else {
      const tab = key.name === "tab" ? (key.shift ? -1 : 1) : 0;
      const step = this.#step(key) ?? tab;
      this.choiceAt = Math.max(0, Math.min(this.choiceAt + step, choices.length - 1));
      if (step !== 0) this.scrolled = 0;
    }
    return null;
  }

  #do(session: Session, what: "read" | "copy" | "handoff" | "dump"): Action | null {
    if (what === "read") return { do: "read", session, entry: this.hits[0]?.entry ?? null };
    if (what === "copy") {
      this.chosen = null;
      return { do: "copy", session };
    }
    this.question =
      what === "handoff"
        ? {
            label: "Write the handoff document to",
            text: `handoff-${session.id.slice(0, 8).replace(/[^\w-]/g, "-")}.md`,
            act: (file) => ({ do: "handoff", session, file }),
          }
        : {
            label: "Export the session to the folder",
            text: "segue-sessions",
            act: (folder) => ({ do: "dump", session, folder }),
          };
    return null;
  }

  screen(size: Size, look: Look): Screenful {
    this.now = look.now;
    const { screen, drawn } = draw(this, size, look, this.#drawn.top);
    this.#drawn = drawn;
    return screen;
  }
}

const DOES: { readonly [key: string]: "read" | "copy" | "handoff" | "dump" } = {
  t: "read",
  y: "copy",
  o: "handoff",
  e: "dump",
};

function isEnter({ name }: Key): boolean {
  return name === "return" || name === "enter";
}

/** A text after a key; null for keys that do not change it. */
function editedBy({ name, ctrl, text: typed }: Key, text: string): string | null {
  if (name === "backspace") return [...text].slice(0, -1).join("");
  if (ctrl && name === "u") return "";
  if (ctrl && name === "w") return text.replace(/\S+\s*$/, "");
  return !ctrl && typed !== "" ? text + typed : null;
}
