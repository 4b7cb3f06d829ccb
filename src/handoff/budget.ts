/** Spends a token budget on the units of sections, by importance. */
import type { Count } from "./tokens.ts";

/** A unit of content: complete, shortened, or left out. */
export interface Unit {
  /** Number of its entry. */
  n: number;
  /** It must be included in some form, which may take this share of the budget at first. */
  must?: number;
  whole(): string;
  /**
   * The unit in about this many tokens at most; without this function, it is complete or left out.
   */
  short?(most: number): string;
}

export interface Section {
  name: string;
  title: string;
  /** In the order of the document. */
  units: readonly Unit[];
  /** The same units, the most important first; without those that are left out in any case. */
  order: readonly Unit[];
  /** What it may take before the less important sections have had their share. */
  share: number;
}

export interface Chosen {
  text: string;
  tokens: number;
  isWhole: boolean;
}

/** A shortened unit is useful from this size on. */
const SHORT = 60;

/** The maximum cost of a separator between two units. */
const JOINT = 2;

export class Spender {
  readonly #count: Count;
  readonly #chosen = new Map<Unit, Chosen>();
  readonly #opened = new Set<Section>();
  /** The cost of a section's heading. */
  readonly #heading: (section: Section) => number;
  #left: number;

  constructor(room: number, count: Count, heading: (section: Section) => number) {
    this.#left = room;
    // If everything fits, nothing has to be counted.
    this.#count = room === Number.POSITIVE_INFINITY ? () => 0 : count;
    this.#heading = heading;
  }

  /** `sections`: the most important first. */
  spend(sections: readonly Section[]): ReadonlyMap<Unit, Chosen> {
    const room = this.#left;
    for (const section of sections) this.#musts(section, room);
    for (const section of sections) this.#share(section, section.share * room);
    for (const section of sections) this.#rest(section);
    return this.#chosen;
  }

  #musts(section: Section, room: number): void {
    for (const unit of section.order) {
      if (unit.must === undefined) continue;
      const most = Math.min(unit.must * room, this.#left);
      const whole = this.#whole(unit, most);
      if (whole) this.#take(section, unit, whole);
      else if (unit.short) this.#take(section, unit, this.#short(unit.short(most)));
    }
  }

  #share(section: Section, most: number): void {
    let open = Math.min(most, this.#left);
    for (const unit of section.order) {
      if (this.#chosen.has(unit)) continue;
      const room = open - this.#opening(section) - JOINT;
      // No single unit takes everything.
      const text = this.#whole(unit, room / 2) ?? this.#shortened(unit, Math.min(room, 4 * SHORT));
      if (!text) continue;
      open -= this.#take(section, unit, text);
    }
  }

  #rest(section: Section): void {
    for (const unit of section.order) {
      const before = this.#chosen.get(unit);
      if (before?.isWhole) continue;
      const room = this.#left + (before?.tokens ?? -JOINT - this.#opening(section));
      const text = this.#whole(unit, room) ?? this.#shortened(unit, room / 2);
      if (text && text.tokens > (before?.tokens ?? 0)) this.#take(section, unit, text);
    }
  }

  #opening(section: Section): number {
    return this.#opened.has(section) ? 0 : this.#heading(section);
  }

  /** Its cost. */
  #take(section: Section, unit: Unit, text: Chosen): number {
    const before = this.#chosen.get(unit);
    const cost = text.tokens + (before ? -before.tokens : JOINT) + this.#opening(section);
    this.#opened.add(section);
    this.#chosen.set(unit, text);
    this.#left -= cost;
    return cost;
  }

  #whole(unit: Unit, most: number): Chosen | null {
    if (most <= 0) return null;
    const text = unit.whole();
    // Except for long runs of spaces, no token has more characters: a text that is far too long
    // need not be counted.
    if (text.length > most * 16 + 200) return null;
    const tokens = this.#count(text);
    return tokens <= most ? { text, tokens, isWhole: true } : null;
  }

  #shortened(unit: Unit, most: number): Chosen | null {
    if (!unit.short || most < SHORT) return null;
    const short = this.#short(unit.short(most));
    return short.tokens <= most ? short : null;
  }

  #short(text: string): Chosen {
    return { text, tokens: this.#count(text), isWhole: false };
  }
}
