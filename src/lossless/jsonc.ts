/**
 * Changes a text of JSON, with comments and trailing commas as people's settings have them, without
 * touching anything else in it.
 */

/** A value and where it stands. Objects and arrays have their items. */
interface Node {
  start: number;
  end: number;
  /** The value itself, for those that are not containers. */
  value?: unknown;
  items?: Item[];
  isArray?: boolean;
  /** Where the comma after the last item ends, if there is one. */
  trailing?: number;
}

interface Item {
  key: string | null;
  start: number;
  node: Node;
}

/** What is replaced: `removed` at this place by `added`. */
export interface Edit {
  at: number;
  removed: string;
  added: string;
}

/** A plain value as it is printed into the text. */
type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

/**
 * The edits that add `value` to the end of the list at this place; what is missing on the way is made.
 * null if the text is not JSON, or something else is in the way.
 */
export function addToList(text: string, place: readonly string[], value: Plain): Edit[] | null {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  if (text.trim() === "" || text.trim() === "\ufeff") {
    const added = `${print(nested(place, value), "  ", "", newline)}${newline}`;
    return [{ at: text.length, removed: "", added }];
  }
  const root = parsed(text);
  let node: Node | null = root;
  for (const [depth, key] of place.entries()) {
    if (node?.items === undefined || node.isArray) return null;
    const item: Item | undefined = node.items.findLast((one) => one.key === key);
    if (item === undefined) {
      const rest = nested(place.slice(depth + 1), value);
      return inserted(text, node, key, rest, newline);
    }
    node = item.node;
  }
  return node?.isArray ? inserted(text, node, null, value, newline) : null;
}

/**
 * The text without what `isOurs` accepts in the list at this place, and without the containers that are
 * empty then. Comments stay. null if the text is not JSON.
 */
export function removeFromList(
  text: string,
  place: readonly string[],
  isOurs: (value: unknown) => boolean,
): string | null {
  let rest = text;
  for (;;) {
    const root = parsed(rest);
    if (root === null) return null;
    const edits = firstRemoved(rest, root, place, isOurs);
    if (edits.length === 0) return rest;
    rest = applied(rest, edits);
  }
}

/** One at a time: each one takes a comma with it that the next one might count on. */
function firstRemoved(
  text: string,
  root: Node,
  place: readonly string[],
  isOurs: (value: unknown) => boolean,
): Edit[] {
  const way: [parent: Node, item: Item][] = [];
  let node = root;
  for (const key of place) {
    const item = node.items?.findLast((one) => one.key === key);
    if (item === undefined) return [];
    way.push([node, item]);
    node = item.node;
  }
  const ours = node.items?.find((item) => isOurs(plain(item.node)));
  if (ours === undefined) return [];
  for (const [parent, item] of [...way, [node, ours] as const].toReversed()) {
    const isAlone = parent !== root && parent.items?.length === 1;
    if (!isAlone || hasComments(...gapsOf(text, parent, item))) return cut(text, parent, item);
  }
  return cut(text, node, ours);
}

export function applied(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const { at, removed, added } of [...edits].sort((a, b) => b.at - a.at)) {
    result = result.slice(0, at) + added + result.slice(at + removed.length);
  }
  return result;
}

/** The edits that take these back, in the text that they gave. */
export function reversed(edits: readonly Edit[]): Edit[] {
  let shift = 0;
  return [...edits]
    .sort((a, b) => a.at - b.at)
    .map(({ at, removed, added }) => {
      const edit = { at: at + shift, removed: added, added: removed };
      shift += added.length - removed.length;
      return edit;
    });
}

/** The value that the text stands for; undefined if it is no JSON. */
export function settingsIn(text: string): unknown {
  const root = parsed(text);
  return root === null ? undefined : plain(root);
}

function nested(place: readonly string[], value: Plain): Plain {
  return place.reduceRight<Plain>((inner, key) => ({ [key]: inner }), [value]);
}

function inserted(
  text: string,
  node: Node,
  key: string | null,
  value: Plain,
  newline: string,
): Edit[] {
  const outer = indentAt(text, node.start);
  const unit = unitOf(text);
  const last = node.items?.at(-1);
  const isFlat = last !== undefined && !text.slice(node.start, last.start).includes("\n");
  const inner = isFlat ? "" : last ? indentAt(text, last.start) : outer + unit;
  const name = key === null ? "" : `${JSON.stringify(key)}: `;
  const printed = name + print(value, unit, isFlat ? outer : inner, newline);
  if (last === undefined) {
    const added = `${newline}${inner}${printed}${newline}${outer}`;
    const inside = text.slice(node.start + 1, node.end - 1);
    // Only white space gives way: a comment stays.
    const removed = inside.trim() === "" ? inside : "";
    return [{ at: node.end - 1 - removed.length, removed, added }];
  }
  const { trailing } = node;
  const end = trailing ?? last.node.end;
  const at = endOfLineComment(text, end);
  const lead = isFlat && !text.slice(end, at).includes("//") ? " " : `${newline}${inner}`;
  const comma = trailing === undefined ? "," : "";
  if (at === last.node.end) return [{ at, removed: "", added: `${comma}${lead}${printed}` }];
  return [
    ...(comma === "" ? [] : [{ at: last.node.end, removed: "", added: comma }]),
    { at, removed: "", added: `${lead}${printed}` },
  ];
}

/** After a comment in the same line, which belongs to what is before. */
function endOfLineComment(text: string, at: number): number {
  const [comment = ""] = /^[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/)/.exec(text.slice(at)) ?? [];
  return at + comment.length;
}

/** What is between an item and its neighbours, or the brackets: white space, commas and comments. */
function gapsOf(text: string, parent: Node, item: Item): [before: string, after: string] {
  const items = parent.items ?? [];
  const at = items.indexOf(item);
  const [from, to] = [items[at - 1]?.node.end, items[at + 1]?.start];
  return [
    text.slice(from ?? parent.start + 1, item.start),
    text.slice(item.node.end, to ?? parent.end - 1),
  ];
}

function hasComments(...gaps: readonly string[]): boolean {
  return gaps.some((gap) => /[^\s,]/.test(gap));
}

/** With the comma that separates it from its neighbours. */
function cut(text: string, parent: Node, item: Item): Edit[] {
  const items = parent.items ?? [];
  const at = items.indexOf(item);
  const [gapBefore, gapAfter] = gapsOf(text, parent, item);
  const isFirst = at === 0;
  const isOnly = items.length === 1;
  const takesBefore = !isFirst || isOnly;
  if (hasComments(takesBefore ? gapBefore : "", isFirst ? gapAfter : "")) {
    return cutAlone(text, item, gapBefore, gapAfter);
  }
  const from = takesBefore ? item.start - gapBefore.length : item.start;
  const to = isFirst ? item.node.end + gapAfter.length : item.node.end;
  return [{ at: from, removed: text.slice(from, to), added: "" }];
}

/** Without the comments around it. */
function cutAlone(text: string, item: Item, gapBefore: string, gapAfter: string): Edit[] {
  const { start, node } = item;
  const [own, next] = [commaIn(gapBefore), commaIn(gapAfter)];
  const comma = next >= 0 ? node.end + next : own >= 0 ? start - gapBefore.length + own : -1;
  // What follows must not get into a comment that ends with its line.
  const isLast = /^[ \t]*,?[ \t]*\r?\n/.test(gapAfter);
  const space = isLast ? (/\s*$/.exec(gapBefore)?.[0].length ?? 0) : 0;
  const from = start - space;
  return [
    { at: from, removed: text.slice(from, node.end), added: "" },
    ...(comma < 0 ? [] : [{ at: comma, removed: ",", added: "" }]),
  ];
}

/** Where the comma is that is in no comment; -1 for none. */
function commaIn(gap: string): number {
  const [found] = [...gap.matchAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|,/g)].filter(
    ([one]) => one === ",",
  );
  return found?.index ?? -1;
}

/**
 * Takes edits back in a text that was changed elsewhere since; null if what they added is not there exactly
 * once any more.
 */
export function takenBack(text: string, edits: readonly Edit[]): string | null {
  const back = reversed(edits);
  const most = back.reduce((a, b) => (b.removed.length > a.removed.length ? b : a));
  const at = most.removed === "" ? -1 : text.indexOf(most.removed);
  if (at < 0 || text.indexOf(most.removed, at + 1) >= 0) return null;
  const moved = back.map((edit) => ({ ...edit, at: edit.at + at - most.at }));
  const isThere = moved.every((edit) => edit.at >= 0 && text.startsWith(edit.removed, edit.at));
  return isThere ? applied(text, moved) : null;
}

function indentAt(text: string, at: number): string {
  const line = text.lastIndexOf("\n", at - 1) + 1;
  return /^[ \t]*/.exec(text.slice(line, at))?.[0] ?? "";
}

function unitOf(text: string): string {
  return /\n([ \t]+)"/.exec(text)?.[1] ?? "  ";
}

function print(value: Plain, unit: string, indent: string, newline: string): string {
  return JSON.stringify(value, null, unit).replaceAll("\n", `${newline}${indent}`);
}

function plain(node: Node): unknown {
  if (node.items === undefined) return node.value;
  if (node.isArray) return node.items.map((item) => plain(item.node));
  return Object.fromEntries(node.items.map((item) => [item.key ?? "", plain(item.node)]));
}

const MAX_DEPTH = 200;

function parsed(text: string): Node | null {
  try {
    const parser = new Parser(text);
    return parser.document();
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Node {
    if (this.#text.startsWith("\ufeff")) this.#at = 1;
    this.#skip();
    const node = this.#value(0);
    this.#skip();
    if (this.#at < this.#text.length) throw new SyntaxError("more than one value");
    return node;
  }

  #skip(): void {
    const space = /(?:[\s]|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
    space.lastIndex = this.#at;
    this.#at += space.exec(this.#text)?.[0].length ?? 0;
  }

  #value(depth: number): Node {
    if (depth > MAX_DEPTH) throw new SyntaxError("too deep");
    const start = this.#at;
    const first = this.#text[start];
    if (first === "{" || first === "[") return this.#container(start, first === "[", depth);
    const atom = /"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/y;
    atom.lastIndex = start;
    const word = atom.exec(this.#text)?.[0];
    if (word === undefined) throw new SyntaxError("no value");
    this.#at += word.length;
    return { start, end: this.#at, value: JSON.parse(word) };
  }

  #container(start: number, isArray: boolean, depth: number): Node {
    const close = isArray ? "]" : "}";
    const items: Item[] = [];
    let trailing: number | undefined;
    this.#at++;
    for (this.#skip(); this.#text[this.#at] !== close; this.#skip()) {
      if (items.length > 0 && trailing === undefined) throw new SyntaxError("no comma");
      trailing = undefined;
      items.push(this.#item(isArray, depth));
      this.#skip();
      if (this.#text[this.#at] !== ",") continue;
      this.#at++;
      trailing = this.#at;
    }
    this.#at++;
    const node = { start, end: this.#at, items, isArray };
    return trailing === undefined ? node : { ...node, trailing };
  }

  #item(isArray: boolean, depth: number): Item {
    const start = this.#at;
    if (isArray) return { key: null, start, node: this.#value(depth + 1) };
    const { value } = this.#value(depth + 1);
    if (typeof value !== "string") throw new SyntaxError("no key");
    this.#skip();
    if (this.#text[this.#at] !== ":") throw new SyntaxError("no colon");
    this.#at++;
    this.#skip();
    return { key: value, start, node: this.#value(depth + 1) };
  }
}
