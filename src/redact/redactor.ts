/** Replaces secrets in texts with placeholders that distinguish them and reveal nothing more. */

import type { Finding } from "./finding.ts";
import { KnownSecrets } from "./known.ts";
import { providerFindings } from "./providers.ts";
import { ownFindings } from "./rules.ts";
import { BETWEEN, PLACEHOLDER, type Range, rangeIn, type View, viewsOf } from "./views.ts";

/** Texts are searched together up to this many characters; longer ones are searched alone. */
const AT_ONCE = 4_000_000;

/** The position of a secret in the original text. */
interface Spot extends Range {
  identity: string;
}

/**
 * Replaces each secret with a placeholder such as `[secret:github-token-1]`: the same secret has
 * the same placeholder in all texts that a redactor is given, numbered by kind in order of
 * appearance. A secret of 12 characters or more is also replaced where only its occurrence
 * elsewhere identifies it. Redacting a redacted text again does not change it.
 */
export class Redactor {
  readonly #found = new Map<string, number>();
  readonly #kinds = new Map<string, string>();
  readonly #labels = new Map<string, string>();
  readonly #known = new KnownSecrets();
  /** Placeholders that were already in a text: their numbers are not used again. */
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

  /**
   * Searches for secrets without replacing any, so that they are replaced in texts redacted later.
   */
  async learn(texts: readonly string[]): Promise<void> {
    for (const text of texts) this.#reserve(text);
    await this.#search(texts.map(viewsOf));
  }

  /** The texts in the same order; those without secrets are unchanged. */
  async redactAll(texts: readonly string[]): Promise<string[]> {
    for (const text of texts) this.#reserve(text);
    const out = [...texts];
    const views = out.map(viewsOf);
    let changed = [...out.keys()];
    // A replaced secret may have hidden another: a key right after a key. Each round leaves fewer.
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

/** A view of one of the texts, and its position among those that are searched with it. */
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

/** In one run of the rules, as most texts are too short for a separate one. */
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

/**
 * In order. If a secret is recognized by its form, the bounds that its context suggests are
 * ignored.
 */
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

/** Without overlaps: overlapping findings are both removed, with the placeholder of the first. */
function merged(spots: readonly Spot[]): Spot[] {
  const out: Spot[] = [];
  for (const spot of [...spots].sort(byStart)) {
    const last = out.at(-1);
    if (last && spot.start < last.end) last.end = Math.max(last.end, spot.end);
    else out.push({ ...spot });
  }
  return out;
}
