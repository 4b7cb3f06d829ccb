/** The picker's screen: lines of text for a terminal of any size. */
import { basename } from "node:path";
import { counted } from "../../words.ts";
import { clean, clip, fill, widthOf, wrap } from "../cells.ts";
import { ageOf } from "./facts.ts";
import { HELP, HELP_HINTS, hints, QUESTION_HINTS, SESSION_HINTS, TARGET_HINTS } from "./keys.ts";
import { matched, wordsIn } from "./match.ts";
import { type Pane, previewPane, textPane } from "./preview.ts";
import { labelOf, partTitle, type Row, type Rows } from "./rows.ts";
import { lineOf, marked, type Span, span } from "./spans.ts";
import type { Choice } from "./targets.ts";
import type {
  Found,
  Known,
  Look,
  Question,
  Screenful,
  Search,
  Session,
  Size,
  Target,
} from "./types.ts";

/** What to show: see `Picker`. */
export interface Shown {
  readonly targets: readonly Target[];
  readonly known: Known;
  readonly rows: Rows;
  readonly total: number | null;
  readonly isComplete: boolean;
  readonly query: string;
  readonly agent: string | null;
  readonly here: boolean;
  readonly at: number;
  readonly search: Search | null;
  readonly wanted: string | null;
  readonly hits: Found["hits"];
  readonly chosen: Session | null;
  readonly choices: readonly Choice[];
  readonly choiceAt: number;
  readonly question: Question | null;
  readonly help: number | null;
  readonly scrolled: number;
  readonly notice: string | null;
  readonly session: Session | null;
  readonly row: Row | null;
}

/** What handling the next key must know about the screen. */
export interface Drawn {
  listRows: number;
  paneRows: number;
  /** The first visible row of the list. */
  top: number;
  mostScroll: number;
  mostHelp: number;
}

const LEAST: Size = { columns: 20, rows: 4 };
/** With fewer rows, there is no line of chips. */
const CHIPS_FROM = 10;

export function draw(
  p: Shown,
  size: Size,
  look: Look,
  top: number,
): { screen: Screenful; drawn: Drawn } {
  const drawn: Drawn = { listRows: 1, paneRows: 1, top, mostScroll: 0, mostHelp: 0 };
  const { columns, rows } = size;
  if (rows < LEAST.rows || columns < LEAST.columns) {
    const lines = [clip("this terminal is too small", columns)];
    return { screen: { lines, cursor: null }, drawn };
  }
  const view = new View(p, look, drawn);
  return { screen: view.screen(size), drawn };
}

class View {
  readonly #p: Shown;
  readonly #look: Look;
  readonly #drawn: Drawn;

  constructor(shown: Shown, look: Look, drawn: Drawn) {
    this.#p = shown;
    this.#look = look;
    this.#drawn = drawn;
  }

  screen(size: Size): Screenful {
    const { columns, rows } = size;
    const { question, help, chosen } = this.#p;
    if (help !== null) return this.#helpScreen(size, help);
    if (question) return this.#questionScreen(size, question);
    const hasChips = !chosen && rows >= CHIPS_FROM && this.#p.total !== 0;
    const head = chosen ? [this.#targetHead(columns)] : [this.#queryLine(columns, hasChips)];
    if (hasChips) head.push(this.#line(this.#chips(columns), columns));
    const body = this.#body({ columns, rows: rows - head.length - 1 });
    const foot = this.#foot(chosen ? TARGET_HINTS : SESSION_HINTS, columns);
    const { prompt } = this;
    const column = Math.min(columns, widthOf(this.#p.query) + prompt.length + 1);
    return { lines: [...head, ...body, foot], cursor: chosen ? null : { row: 1, column } };
  }

  get prompt(): string {
    return this.#p.search ? "full text> " : "segue> ";
  }

  #line(spans: readonly Span[], columns: number, chosen = false): string {
    return lineOf(spans, columns, { colour: this.#look.colour, chosen });
  }

  #foot(lines: typeof SESSION_HINTS, columns: number): string {
    const { notice } = this.#p;
    if (notice === null) return this.#line([span(hints(lines, columns), "dim")], columns);
    return this.#line([span(clean(notice), "bold")], columns);
  }

  #helpScreen({ columns, rows }: Size, at: number): Screenful {
    const width = Math.min(11, Math.floor(columns / 3));
    const lines = HELP.flatMap(([keys, does]) =>
      wrap(does, columns - width - 2, 9).map((line, i) => [
        span(`${fill(i === 0 ? keys : "", width)}  `, "bold"),
        span(line),
      ]),
    );
    const room = rows - 2;
    this.#drawn.mostHelp = Math.max(0, lines.length - room);
    const from = Math.min(at, this.#drawn.mostHelp);
    const shown = lines.slice(from, from + room).map((line) => this.#line(line, columns));
    const head = this.#line([span("Keys", "bold")], columns);
    return {
      lines: [head, ...filled(shown, room), this.#foot(HELP_HINTS, columns)],
      cursor: null,
    };
  }

  #questionScreen({ columns, rows }: Size, { label, text }: Question): Screenful {
    const about = wrap(label, columns, rows - 3);
    const typed = text === null ? "" : endOf(text, columns - 3);
    const body = filled([...about, text === null ? "" : `> ${typed}`], rows - 1);
    const row = about.length + 1;
    const cursor = text === null ? null : { row, column: widthOf(typed) + 3 };
    return { lines: [...body, this.#foot(QUESTION_HINTS, columns)], cursor };
  }

  #queryLine(columns: number, hasChips: boolean): string {
    const count = this.#count(hasChips);
    const room = columns - this.prompt.length - widthOf(count) - 2;
    return clip(`${this.prompt}${fill(this.#p.query, Math.max(0, room))}  ${count}`, columns);
  }

  #count(hasChips: boolean): string {
    const { total, rows, query, agent, here, search, wanted } = this.#p;
    if (total === null) return "looking for sessions …";
    if (wanted !== null) return "searching …";
    const isWhole = query === "" && agent === null && !here;
    if (isWhole) return search ? "type to search" : counted(total, "session");
    const where = hasChips ? "" : `${here ? "here " : ""}${agent ?? ""}`.trim();
    return `${where === "" ? "" : `${where}: `}${rows.size} of ${total}`;
  }

  /** The project or all, and each agent with the number of its matching sessions. */
  #chips(columns: number): Span[] {
    const { rows, agent, here, isComplete } = this.#p;
    const isNarrow = columns < NARROW;
    const words = isNarrow
      ? { here: "here ", all: "" }
      : { here: "this project  ", all: "all projects  " };
    const scope = span(here ? words.here : words.all, "dim");
    const all = [...rows.counts.values()].reduce((sum, n) => sum + n, 0);
    const chips = [["all", all] as const, ...rows.counts].map(([name, n]) => {
      const text = isComplete ? `${name} ${n}` : name;
      const isOn = name === (agent ?? "all");
      return { isOn, name, text: isOn ? `[${text}]` : ` ${text} ` };
    });
    let first = 0;
    const room = columns - scope.text.length;
    const end = chips.findIndex(({ isOn }) => isOn) + 1;
    const widthFrom = (from: number): number =>
      chips.slice(from, end).reduce((sum, { text }) => sum + text.length, 0);
    while (first < end - 1 && widthFrom(first) > room) first++;
    return [
      scope,
      ...chips
        .slice(first)
        .map(({ isOn, name, text }) =>
          isOn ? span(text, "bold") : name === "all" ? span(text) : span(text, { agent: name }),
        ),
    ];
  }

  #targetHead(columns: number): string {
    const { title = null, id = "" } = this.#p.chosen ?? {};
    return clip(`Open in which agent?  ${clean(title ?? id)}`, columns);
  }

  #body(size: Size): string[] {
    const { chosen, choices, total } = this.#p;
    if (total === 0 && !chosen) return filled(this.#noSessions(size), size.rows);
    const { list, pane, beside } = layout(size, chosen ? choices.length + 1 : null);
    this.#drawn.listRows = list.rows;
    const left = chosen ? this.#choiceLines(list) : this.#sessionLines(list);
    const right = pane ? this.#paneLines(pane) : [];
    if (beside) {
      return filled(left, size.rows).map((line, i) => {
        // To the column by number: if a terminal measures text differently, nothing moves.
        const bar = this.#line([span("│", "dim")], 1);
        return `${line}\x1b[${list.columns + 2}G${bar} ${right[i] ?? ""}`;
      });
    }
    if (!pane) return filled(left, list.rows);
    const rule = this.#line([span("─".repeat(size.columns), "dim")], size.columns);
    return [...filled(left, list.rows), rule, ...filled(right, pane.rows)];
  }

  /** On a machine without sessions: which agents Segue knows, and where it looked. */
  #noSessions({ columns, rows }: Size): string[] {
    const lines = [
      ...wrap("No sessions were found. Segue reads those of these agents:", columns, 3),
      "",
    ];
    for (const { name, stores } of this.#p.known.agents()) {
      lines.push(clip(`${fill(name, 13)}${clean(stores.join(", "))}`, columns));
    }
    const then = "Sessions in another folder? `segue pick --store AGENT=DIR` looks there.";
    return [...lines, "", ...wrap(then, columns, 3)].slice(0, rows);
  }

  #sessionLines({ columns, rows }: Size): string[] {
    const { at, search, wanted } = this.#p;
    const { all } = this.#p.rows;
    let { top } = this.#drawn;
    if (at < top) top = at;
    if (at >= top + rows) top = at - rows + 1;
    top = Math.max(0, Math.min(top, all.length - rows));
    this.#drawn.top = top;
    if (all.length === 0) {
      const note = search?.note ?? (wanted === null ? "nothing matches" : "");
      return this.#p.total === null ? [] : wrap(note, columns - 2, rows).map((line) => `  ${line}`);
    }
    return all.slice(top, top + rows).map((row, i) => {
      const isChosen = top + i === at;
      const spans = [span(isChosen ? "> " : "  "), ...this.#sessionSpans(row, columns - 2)];
      return this.#line(spans, columns, isChosen);
    });
  }

  /** Agent, age, project, title: the title gets the remaining space. */
  #sessionSpans(row: Row, columns: number): Span[] {
    const { session, isPart, parts, isOpen } = row;
    const { agent, time, cwd, title, id, here } = session;
    const isNarrow = columns < NARROW;
    const names = [...this.#p.rows.counts.keys()].map((name) => shortName(name, isNarrow).length);
    const project = `${here ? "*" : " "}${cwd === null ? "" : clean(basename(cwd))}`;
    const projectWidth = isNarrow || this.#p.here ? 0 : columns < WIDE ? 12 : 20;
    const fold = isPart ? "└ " : parts === 0 ? "" : isOpen ? "▾ " : "▸ ";
    const shown = clean(isPart ? partTitle(session) : (title ?? id));
    const words = wordsIn(this.#p.query);
    const label = labelOf(session, this.#look.now);
    return [
      span(`${fill(shortName(agent, isNarrow), Math.max(...names))} `, { agent }),
      span(`${fill(ageOf(time, this.#look.now), isNarrow ? 3 : 4)} `, "dim"),
      ...(projectWidth === 0 ? [] : [span(`${fill(project, projectWidth)} `, "dim")]),
      span(fold, "dim"),
      ...marked(label, matched(words, label), "red"),
      ...marked(shown, matched(words, shown), ...(isPart ? (["dim"] as const) : [])),
    ];
  }

  #choiceLines({ columns, rows }: Size): string[] {
    const { choices, choiceAt, targets } = this.#p;
    const lines = choices.map(({ name, about }, i) => {
      const isChosen = i === choiceAt;
      const spans = [span(isChosen ? "> " : "  "), span(fill(name, 14)), span(`  ${about}`, "dim")];
      return this.#line(spans, columns, isChosen);
    });
    if (targets.length > 0) {
      const top = Math.max(0, choiceAt - rows + 1);
      return lines.slice(top, top + rows);
    }
    const top = Math.max(0, choiceAt - rows + 2);
    const none = clip("  no agent is installed: none is on PATH", columns);
    return [none, ...lines.slice(top, top + rows - 1)];
  }

  #paneLines(size: Size): string[] {
    const { lines, most } = this.#pane(size);
    this.#drawn.mostScroll = most;
    this.#drawn.paneRows = size.rows;
    return lines.map((line) => this.#line(line, size.columns));
  }

  #pane(size: Size): Pane {
    const { session, chosen, choices, choiceAt, known, scrolled, targets, query, search } = this.#p;
    if (!session) return { lines: [], most: 0 };
    if (chosen) {
      const choice = choices[choiceAt];
      const texts = choice?.target
        ? (known.losses(chosen, choice.target) ?? ["working out what would be lost …"])
        : aboutOthers(choice, targets, known);
      return textPane(texts, size, scrolled);
    }
    const preview = known.preview(session);
    const hits = search ? this.#p.hits : [];
    const about = { session, preview, hits, query, folded: foldedText(this.#p.row) };
    return previewPane(about, size, scrolled, this.#look.now);
  }
}

const NARROW = 58;
const WIDE = 90;
const SIDE_BY_SIDE = 120;
const NO_PANE = 9;

/** On a narrow screen, "claude" is as good as "claude-code". */
function shortName(agent: string, isNarrow: boolean): string {
  return isNarrow ? agent.replace(/-code$/, "") : agent;
}

function foldedText(row: Row | null): string | null {
  if (!row || row.parts === 0 || row.isOpen) return null;
  return `▸ ${counted(row.parts, "more session")} of this conversation (→ shows them)`;
}

/** What the choices other than agents do; if there is no agent, how to install one. */
function aboutOthers(
  choice: Choice | undefined,
  targets: readonly Target[],
  known: Known,
): string[] {
  const does = choice ? OTHERS[choice.does] : "";
  if (targets.length > 0) return [does];
  const install = known
    .agents()
    .flatMap(({ name, install }) => (install === null ? [] : [`  ${name}: ${install}`]));
  return [does, "To install an agent:", ...install];
}

const OTHERS: { readonly [does in Choice["does"]]: string } = {
  launch: "",
  read: "Shows the conversation in the pager; from the first match on, where it was searched for. Quit the pager to come back.",
  handoff:
    "Writes what was asked, what was done and what is left into a Markdown file that any agent or person can continue from. Secrets in it are replaced, unless your settings say otherwise.",
  dump: "Writes the session as a web page into a folder. `segue dump` has other formats.",
  copy: "Copies the session's id to the clipboard, where the terminal allows it (OSC 52).",
};

export interface Layout {
  list: Size;
  /** null if there is no space for it. */
  pane: Size | null;
  beside: boolean;
}

/** `most`: the maximum length of the list; null for no limit. */
export function layout({ columns, rows }: Size, most: number | null): Layout {
  if (rows < NO_PANE) return { list: { columns, rows }, pane: null, beside: false };
  if (columns >= SIDE_BY_SIDE) {
    const left = Math.floor(columns * 0.56);
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

/** The end of the input, where the cursor is. */
function endOf(text: string, width: number): string {
  let end = text;
  while (widthOf(end) > width) end = [...end].slice(1).join("");
  return end;
}
