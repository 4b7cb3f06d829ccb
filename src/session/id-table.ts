/**
 * A map from id strings to small numbers that takes about 12 bytes per entry, regardless of the
 * ids' length: a session of a gigabyte has a million of them. Keys are compared by a 64-bit hash.
 */
export class IdTable {
  #capacity = 1024;
  #size = 0;
  #low = new Uint32Array(this.#capacity);
  #high = new Uint32Array(this.#capacity);
  /** Value + 1; 0 marks a free slot. */
  #values = new Uint32Array(this.#capacity);

  get(id: string): number | undefined {
    const slot = this.#slot(fnv(id, 0x811c9dc5), fnv(id, 0x01234567));
    const value = this.#values[slot] ?? 0;
    return value === 0 ? undefined : value - 1;
  }

  has(id: string): boolean {
    return this.get(id) !== undefined;
  }

  set(id: string, value: number): void {
    if (this.#size * 3 > this.#capacity * 2) this.#grow();
    this.#put(fnv(id, 0x811c9dc5), fnv(id, 0x01234567), value + 1);
  }

  #put(low: number, high: number, stored: number): void {
    const slot = this.#slot(low, high);
    if (this.#values[slot] === 0) this.#size++;
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#values[slot] = stored;
  }

  /** The slot that contains this hash, or the free slot where it belongs. */
  #slot(low: number, high: number): number {
    const mask = this.#capacity - 1;
    let slot = low & mask;
    while (this.#values[slot] !== 0 && (this.#low[slot] !== low || this.#high[slot] !== high)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const { length } = this.#values;
    const [low, high, values] = [this.#low, this.#high, this.#values];
    this.#capacity = length * 2;
    this.#low = new Uint32Array(this.#capacity);
    this.#high = new Uint32Array(this.#capacity);
    this.#values = new Uint32Array(this.#capacity);
    this.#size = 0;
    for (let i = 0; i < length; i++) {
      const stored = values[i] ?? 0;
      if (stored !== 0) this.#put(low[i] ?? 0, high[i] ?? 0, stored);
    }
  }
}

/** FNV-1a over UTF-16 units, finished with an avalanche so that the low bits are spread. */
function fnv(text: string, seed: number): number {
  let h = seed;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}
