/** `segue limits`: what each account's limits are now, and what was used with it. */
import { Command } from "commander";
import { type AccountLimits, accountNamed, limitsNow, type Window } from "../core/limits.ts";
import { counted } from "../words.ts";
import { clean, clip, fill, widthOf } from "./cells.ts";
import { endText, stateText } from "./limit-words.ts";
import { type PlaceOptions, placesFor, withPlaces } from "./places.ts";
import { readMuch, whileReading } from "./reading.ts";
import { sayProblems, unreadOf } from "./sessions.ts";
import { paint, printJson, printPainted, say, screenWidth } from "./terminal.ts";

const SCHEMA = "segue/limits@1";

export function command(): Command {
  return withPlaces(new Command("limits"))
    .description("show which agents are at a usage limit, when it resets, and what was used")
    .argument("[agents...]", "only these agents or profiles")
    .option("--json", "print one JSON document")
    .action(run);
}

async function run(names: string[], options: PlaceOptions & { json?: boolean }): Promise<void> {
  const places = await placesFor(options);
  const reading = readMuch("`segue limits`");
  const all = await Promise.all(names.map((name) => accountNamed(name, places)));
  const only = all.length === 0 ? {} : { only: all };
  const now = Date.now();
  const found = await whileReading("reading", 1, () =>
    limitsNow(places, { ...only, reading, now }),
  );
  const { limits, pricedOn, missing } = found;
  if (options.json) {
    const unread = unreadOf(found);
    printJson({ schema: SCHEMA, pricedOn, limits: limits.map(plain), unread });
  } else if (limits.length === 0) say("no agent is installed, and there are no sessions");
  else {
    printPainted(limitLines(limits, now, screenWidth(process.stdout, WIDE)));
    for (const note of notesOn(limits, pricedOn)) say(note);
  }
  sayProblems(found);
  if (missing > 0)
    say(`${counted(missing, "session")} could not be read: what they used is missing`);
}

/** What `--json` shows of an account: names and their order are a contract. */
function plain(one: AccountLimits): object {
  const { agent, profile, status, kind, scope, usedPercent, resetsAt, until } = one;
  const { retryable, source, at, session, text, allowances, windows } = one;
  return {
    ...{ agent, profile, status, kind, scope, usedPercent },
    ...{
      resetsAt: iso(resetsAt),
      until: iso(until),
      retryable,
      source,
      at: iso(at),
      session,
      text,
    },
    allowances: allowances.map((each) => ({
      ...{ scope: each.scope, usedPercent: each.usedPercent },
      ...{ resetsAt: iso(each.resetsAt), at: iso(each.at) },
    })),
    windows: windows.map(({ hours, tokens, cost, unpriced, ...rest }) => {
      const { input, output, cacheRead, cacheWrite } = rest;
      const price = cost === null ? null : Number(cost.toFixed(4));
      return { hours, tokens, input, output, cacheRead, cacheWrite, cost: price, unpriced };
    }),
  };
}

function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

const WIDE = 120;
const GAP = "  ";

interface Column {
  head: string;
  isNumber: boolean;
  /** The first ones are left out first on a narrow screen. */
  spare: number;
  cell(one: AccountLimits): string;
}

/** The table's lines, ready to be printed; at most `width` wide. */
export function limitLines(limits: readonly AccountLimits[], now: number, width: number): string[] {
  let columns = columnsAt(now).filter(
    ({ head, cell }) => head === "AGENT" || limits.some((one) => cell(one) !== ""),
  );
  for (let spare = 1; widthIn(columns, limits) > width && spare <= MOST_SPARE; spare++) {
    columns = columns.filter((column) => column.spare !== spare);
  }
  const widths = columns.map((column) => widest(column, limits));
  const joined = (cells: readonly string[]): string => clip(cells.join(GAP).trimEnd(), width);
  const head = joined(columns.map(({ head, isNumber }, n) => aligned(head, widths[n], isNumber)));
  const rows = limits.map((one) => {
    const line = joined(
      columns.map((column, n) => aligned(column.cell(one), widths[n], column.isNumber)),
    );
    return one.status === "ok" ? line : paint(one.status === "limited" ? "red" : "bold", line);
  });
  return [paint("bold", head), ...rows];
}

const MOST_SPARE = 4;

function columnsAt(now: number): Column[] {
  const text = { isNumber: false, spare: 0 };
  const used = (head: string, hours: number, spare: number): Column => ({
    ...{ head, isNumber: true, spare },
    cell: ({ windows }) => usedText(windows.find((one) => one.hours === hours)),
  });
  return [
    { ...text, head: "AGENT", cell: nameOf },
    { ...text, head: "STATE", cell: stateText },
    { head: "USED", isNumber: true, spare: 4, cell: percentOf },
    { ...text, head: "RESETS", cell: (one) => endText(one, now) },
    used("5 HOURS", 5, 2),
    used("DAY", 24, 1),
    used("7 DAYS", 168, 3),
  ];
}

function nameOf({ agent, profile }: AccountLimits): string {
  return clean(profile ?? agent);
}

function percentOf({ usedPercent }: AccountLimits): string {
  return usedPercent === null ? "" : `${Math.round(usedPercent)}%`;
}

/** "1.2M $3.40"; "+": and what has no price. */
function usedText(window: Window | undefined): string {
  if (!window || window.tokens === 0) return "";
  const { tokens, cost, unpriced } = window;
  const more = unpriced > 0 ? "+" : "";
  if (cost === null) return amount(tokens);
  const price = cost > 0 && cost < 0.005 ? "<$0.01" : `$${cost.toFixed(2)}`;
  return `${amount(tokens)} ${price}${more}`;
}

function amount(tokens: number): string {
  if (tokens < 1000) return String(tokens);
  if (tokens < 999_500) return `${(tokens / 1000).toFixed(tokens < 99_950 ? 1 : 0)}k`;
  return `${(tokens / 1e6).toFixed(tokens < 99.95e6 ? 1 : 0)}M`;
}

function widest({ head, cell }: Column, limits: readonly AccountLimits[]): number {
  return Math.max(widthOf(head), ...limits.map((one) => widthOf(cell(one))));
}

function widthIn(columns: readonly Column[], limits: readonly AccountLimits[]): number {
  const all = columns.reduce((sum, column) => sum + widest(column, limits), 0);
  return all + GAP.length * (columns.length - 1);
}

function aligned(text: string, width = 0, isNumber = false): string {
  return isNumber ? " ".repeat(Math.max(0, width - widthOf(text))) + text : fill(text, width);
}

function notesOn(limits: readonly AccountLimits[], pricedOn: string): string[] {
  const windows = limits.flatMap((one) => one.windows);
  const hasCost = windows.some(({ cost }) => cost !== null);
  const isGuess = limits.some(
    ({ status, resetsAt, until }) => status !== "ok" && resetsAt === null && until !== null,
  );
  return [
    ...(isGuess ? ["~: assumed, as the agent does not record when the limit ends"] : []),
    ...(hasCost ? [`costs: at the list prices of ${pricedOn}, whatever your plan is`] : []),
    ...(hasCost && windows.some(({ cost, unpriced }) => cost !== null && unpriced > 0)
      ? ["+: and tokens of models without a known price"]
      : []),
  ];
}
