/** Secrets in texts, replaced by placeholders that tell them apart and nothing more. */

import type { Finding } from "./finding.ts";
import { KnownSecrets } from "./known.ts";
import { providerFindings } from "./providers.ts";
import { ownFindings } from "./rules.ts";
import { BETWEEN, PLACEHOLDER, type Range, rangeIn, type View, viewsOf } from "./views.ts";

/** Texts are searched together up to so many characters, and what is longer alone. */
const AT_ONCE = 4_000_000;

/** A secret where it stands in the original text. */
interface Spot extends Range {
  identity: string;
}

/**
 * Replaces each secret by a placeholder such as `[secret:github-token-1]`: the same secret by the
 * same one in all texts that one redactor is given, numbered by kind as they come up. A secret of
 * 12 characters or more is also replaced where only what was found elsewhere tells that it is one.
 * Redacted text stays as it is when it is redacted again.
 */
export class Redactor {
  readonly #found = new Map<string, number>();
  readonly #kinds = new Map<string, string>();
  readonly #labels = new Map<string, string>();
  readonly #known = new KnownSecrets();
  /** Placeholders that stood in a text before: their numbers are not given again. */
  readonly #taken = new Set<string>();
  #replaced = 0;

  /** How many different secrets were replaced, by kind. */
  get found(): ReadonlyMap<string, number> {
    return this.#found;
  }

  /** In how many places. */
  get replaced(): number {
    return this.#replaced;
  }

  /** Looks for secrets without replacing any, so that texts redacted later are free of them. */
  async learn(texts: readonly string[]): Promise<void> {
    for (const text of texts) this.#reserve(text);
    await this.#search(texts.map(viewsOf));
  }

  /** The texts in the same order, those without secrets as they are. */
  async redactAll(texts: readonly string[]): Promise<string[]> {
    for (const text of texts) this.#reserve(text);
    const out = [...texts];
    const views = out.map(viewsOf);
    let changed = [...out.keys()];
    // What is replaced may have hidden something: a key right after a key. Each round leaves less.
    while (changed.length > 0) {
      const found = await this.#search(changed.map((i) => views[i] ?? []));
      const byText = new Map(changed.map((text, i) => [text, found[i]]));
      changed = [];
      for (const [i, text] of out.entries()) {
        const spots = [...(byText.get(i) ?? []), ...this.#again(views[i] ?? [])];
        if (spots.length === 0) continue;
        const redacted = this.#replace(text, spots);
        out[i] = redacted;
        views[i] = viewsOf(redacted);
        changed.push(i);
      }
    }
    return out;
  }

  #reserve(text: string): void {
    if (!text.includes("[secret:")) return;
    for (const [placeholder] of text.matchAll(PLACEHOLDER)) this.#taken.add(placeholder);
  }

  /** What the rules find in each text; from then on it is known. */
  async #search(texts: readonly (readonly View[])[]): Promise<Spot[][]> {
    const spots: Spot[][] = texts.map(() => []);
    for (const batch of batchesOf(texts)) {
      for (const { text, view, finding } of await findingsIn(batch)) {
        const { identity, kind } = finding;
        if (!this.#kinds.has(identity)) this.#kinds.set(identity, kind);
        if (kind !== "private-key") this.#known.add(identity);
        spots[text]?.push({ ...rangeIn(view, finding), identity });
      }
    }
    return spots;
  }

  #again(views: readonly View[]): Spot[] {
    return views.flatMap((view) =>
      [...this.#known.search(view.text)].map((found) => ({ ...found, ...rangeIn(view, found) })),
    );
  }

  #replace(text: string, spots: readonly Spot[]): string {
    const pieces: string[] = [];
    let from = 0;
    for (const { start, end, identity } of merged(spots)) {
      pieces.push(text.slice(from, start), this.#labelOf(identity));
      from = end;
      this.#replaced++;
    }
    return pieces.join("") + text.slice(from);
  }

  #labelOf(identity: string): string {
    const known = this.#labels.get(identity);
    if (known !== undefined) return known;
    const kind = this.#kinds.get(identity) ?? "secret";
    const count = (this.#found.get(kind) ?? 0) + 1;
    let number = count;
    while (this.#taken.has(`[secret:${kind}-${number}]`)) number++;
    const label = `[secret:${kind}-${number}]`;
    this.#found.set(kind, count);
    this.#taken.add(label);
    this.#labels.set(identity, label);
    return label;
  }
}

/** A view of one of the texts, and where it stands among those that are searched with it. */
interface Piece {
  text: number;
  view: View;
  start: number;
}

function* batchesOf(texts: readonly (readonly View[])[]): Generator<Piece[]> {
  let [batch, start]: [Piece[], number] = [[], 0];
  for (const [text, views] of texts.entries()) {
    for (const view of views) {
      if (start > 0 && start + view.text.length > AT_ONCE) {
        yield batch;
        [batch, start] = [[], 0];
      }
      batch.push({ text, view, start });
      start += view.text.length + BETWEEN.length;
    }
  }
  if (batch.length > 0) yield batch;
}

/** In one run of the rules, as most texts are too short for one of their own. */
async function findingsIn(batch: readonly Piece[]): Promise<(Piece & { finding: Finding })[]> {
  const joined = batch.map(({ view }) => view.text).join(BETWEEN);
  const all = withoutVague([...(await providerFindings(joined)), ...ownFindings(joined)]);
  let i = 0;
  return all.flatMap((finding) => {
    for (let next = batch[i + 1]; next && next.start <= finding.start; next = batch[i + 1]) i++;
    const piece = batch[i];
    if (!piece) return [];
    const [start, end] = [finding.start - piece.start, finding.end - piece.start];
    return end > piece.view.text.length ? [] : [{ ...piece, finding: { ...finding, start, end } }];
  });
}

/** In order. Where a secret is known by its form, what context says of its ends is left out. */
function withoutVague(all: readonly Finding[]): Finding[] {
  const exact = all.filter((one) => one.exact).sort(byStart);
  const vague = all.filter((one) => !one.exact).sort(byStart);
  let i = 0;
  const kept = vague.filter(({ start, end }) => {
    while ((exact[i]?.end ?? Number.POSITIVE_INFINITY) <= start) i++;
    return (exact[i]?.start ?? Number.POSITIVE_INFINITY) >= end;
  });
  return [...exact, ...kept].sort(byStart);
}

function byStart(a: Range, b: Range): number {
  return a.start - b.start || b.end - a.end;
}

/** Without overlaps: where two meet, both go, and it is the first one's placeholder that stays. */
function merged(spots: readonly Spot[]): Spot[] {
  const out: Spot[] = [];
  for (const spot of [...spots].sort(byStart)) {
    const last = out.at(-1);
    if (last && spot.start < last.end) last.end = Math.max(last.end, spot.end);
    else out.push({ ...spot });
  }
  return out;
}
