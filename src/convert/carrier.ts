/** How the carry of a conversion comes about, and is proven: in this thread, or in one beside it. */
import { crc32 } from "node:zlib";
import type { Agent } from "../agents/types.ts";
import { Input } from "../io/input.ts";
import type { Output } from "../io/output.ts";
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
} from "../lossless/carry.ts";
import { letGo } from "../lossless/lines.ts";
import { CarryInHand } from "./carry-in-hand.ts";
import { CarryThread } from "./carry-thread.ts";
import { type Coder, type Trust, UnitCoder } from "./units.ts";
import { rebuild } from "./verify.ts";

/** Between which sessions a carry leads. */
export interface Ends {
  source: { agent: Agent; id: string; input: Input };
  target: { agent: Agent; id: string; out: Output };
  /** Ways home that are kept beside this one. */
  ways?: Ways | undefined;
}

/** Of ways to the same place the first is the newest: that of the carry itself, then in their order. */
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
  /** Is each block on the disk what was put into it? */
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

  /** Gives the unit as its text has it. */
  unit(unit: Unit): string {
    const text = this.#texts.add(unit);
    if (this.#texts.isFull) this.block(this.#texts.take());
    return text;
  }

  /** What comes next shall not be in one block with what there is. */
  cut(): void {
    const ready = this.#texts.take();
    if (ready.units > 0) this.block(ready);
  }

  /** Text that is put together; it is read again once it is written. */
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

/** The carry of a conversion in the making. */
export interface Making {
  coder: Coder;
  /** Bytes of the source, as they are read. */
  read(chunk: Buffer): void;
  /** All units are told. */
  end(footer: Omit<CarryFooter, "units">): void;
  /** Both files have been written: do they give the source of this SHA-256 again? */
  verify(sha256: string): boolean;
  /** There will be no conversion. */
  stop(): void;
}

/** In this thread. Both files are read again when they have been written. */
export function makeHere(carryOut: Output, ends: Ends, trust: Trust = "all"): Making {
  const { source, target } = ends;
  const carrier = new Carrier(carryOut, ends);
  const files = { home: source.agent, from: target.agent };
  const route = { ...files, targetId: target.id, trust };
  return {
    coder: new UnitCoder(route, (unit) => carrier.unit(unit)),
    end: (footer) => carrier.end(footer),
    read: () => {},
    verify: (sha256) =>
      rebuild({ ...files, target: target.out.temp, carry: carryOut.temp, framed: true }) === sha256,
    stop: () => {},
  };
}

/** In this thread, which proves each line of the source as it codes it. */
export function makeInHand(carryOut: Output, ends: Ends): Making {
  const { source, target } = ends;
  const carrier = new Carrier(carryOut, ends);
  const route = { home: source.agent, from: target.agent, targetId: target.id };
  const coder = new CarryInHand(carrier, route);
  let lines = 0;
  return {
    coder,
    end: (footer) => {
      lines = footer.source.lines;
      carrier.end(footer);
    },
    read: () => {},
    verify: () => carrier.intact && coder.lines === lines && isOnDisk(target.out),
    stop: () => {},
  };
}

/** Is what was written what can be read? */
function isOnDisk(out: Output): boolean {
  const file = new Input(out.temp);
  try {
    return file.size === out.bytes && file.sha256() === out.sha256;
  } finally {
    file.close();
  }
}

/**
 * In a thread beside this one, which proves each line of the source as it codes it. It reads the
 * source for itself; that both have read the same is told by the CRC.
 */
export function makeBeside(carryOut: Output, ends: Ends): Making {
  const { source, target } = ends;
  const carrier = new Carrier(carryOut, ends);
  const task = {
    home: source.agent.id,
    from: target.agent.id,
    targetId: target.id,
    source: { fd: source.input.fd, size: source.input.size, framed: source.input.framed },
    target: target.out.temp,
  };
  const thread = new CarryThread(task, () => target.out.flush());
  let read = 0;
  /** Of the source that was restored. */
  let restored = -1;
  const take = (answers: ReturnType<CarryThread["ready"]>): void => {
    for (const answer of answers) {
      if ("crc" in answer) restored = answer.crc;
      else carrier.block(answer);
    }
  };
  target.out.onWritten = (bytes) => {
    thread.written(bytes);
    take(thread.ready());
  };
  return {
    coder: thread,
    end: (footer) => {
      target.out.flush();
      target.out.onWritten = undefined;
      take(thread.rest());
      carrier.end(footer);
    },
    read: (chunk) => {
      read = crc32(chunk, read);
    },
    verify: () => carrier.intact && restored === read,
    stop: () => thread.stop(),
  };
}
