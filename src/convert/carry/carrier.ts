/** Writes a carry file, and reads each block back once it is on the disk. */
import type { Agent } from "../../agents/types.ts";
import { Input } from "../../io/input.ts";
import type { Output } from "../../io/output.ts";
import {
  CARRY_SCHEMA,
  CarryDamaged,
  CarryEncoder,
  type CarryFooter,
  type CarryHeader,
  readBlockAt,
  type Unit,
  type UnitText,
  UnitTexts,
  type Ways,
} from "../../lossless/carry.ts";
import { letGo } from "../../lossless/lines.ts";

/** The sessions that a carry connects. */
export interface Ends {
  source: { agent: Agent; id: string; input: Input };
  target: { agent: Agent; id: string; out: Output };
  /** Ways back that are stored in addition to this one. */
  ways?: Ways | undefined;
}

/**
 * Among ways to the same place, the first is the newest: that of the carry itself, then the others
 * in order.
 */
function without({ source, target }: CarryHeader, { others, had }: Ways): Ways {
  const places = new Set([placeOf(source)]);
  const kept = others.filter(({ header }) => {
    const isOwn = header.target.agent === target.agent && header.target.id === target.id;
    const place = placeOf(header.source);
    if (!isOwn || places.has(place)) return false;
    places.add(place);
    return true;
  });
  return { others: kept, had };
}

function placeOf({ agent, id }: CarryHeader["source"]): string {
  return `${agent}:${id}`;
}

/** Writes a carry file. */
export class Carrier {
  readonly #out: Output;
  readonly #encoder = new CarryEncoder();
  readonly #texts = new UnitTexts();
  /** Is each block on the disk what was written? */
  intact = true;

  constructor(out: Output, { source, target, ways }: Ends) {
    this.#out = out;
    const header: CarryHeader = {
      schema: CARRY_SCHEMA,
      source: { agent: source.agent.id, id: source.id, path: source.input.name },
      target: { agent: target.agent.id, id: target.id },
    };
    for (const piece of this.#encoder.header(header, ways && without(header, ways))) {
      out.write(piece);
    }
    out.flush();
  }

  /** Returns the unit as parsed from its text. */
  unit(unit: Unit): string {
    const text = this.#texts.add(unit);
    if (this.#texts.isFull) this.block(this.#texts.take());
    return text;
  }

  /** Starts a new block for what follows. */
  cut(): void {
    const ready = this.#texts.take();
    if (ready.units > 0) this.block(ready);
  }

  /** Text that is assembled, and read back once it is written. */
  block(ready: UnitText): void {
    const at = this.#out.bytes;
    const text = Buffer.from(ready.text);
    this.#out.write(this.#encoder.block({ text, units: ready.units }));
    this.#out.flush();
    this.intact &&= this.#reads(at, text);
    letGo(text);
  }

  end(footer: Omit<CarryFooter, "units">): void {
    this.block(this.#encoder.last(footer, this.#texts.take()));
    this.#out.sync();
  }

  #reads(at: number, text: Buffer): boolean {
    const file = new Input(this.#out.temp);
    try {
      const block = readBlockAt(file, at, text.length);
      const isSame = block.equals(text);
      letGo(block);
      return isSame;
    } catch (error) {
      if (error instanceof CarryDamaged) return false;
      throw error;
    } finally {
      file.close();
    }
  }
}
