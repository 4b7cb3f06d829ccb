/** How the carry of a conversion is created and verified: in this thread, or in a second one. */
import { crc32 } from "node:zlib";
import { Input } from "../../io/input.ts";
import type { Output } from "../../io/output.ts";
import type { CarryFooter } from "../../lossless/carry.ts";
import { Carrier, type Ends } from "./carrier.ts";
import { CarryInHand } from "./carry-in-hand.ts";
import { CarryThread } from "./carry-thread.ts";
import { type Coder, type Trust, UnitCoder } from "./units.ts";
import { rebuild } from "./verify.ts";

/** A carry that is being created. */
export interface Making {
  coder: Coder;
  /** Bytes of the source, as they are read. */
  read(chunk: Buffer): void;
  /** All units have been passed on. */
  end(footer: Omit<CarryFooter, "units">): void;
  /** Both files have been written: do they give the source with this SHA-256 again? */
  verify(sha256: string): boolean;
  /** The conversion was abandoned. */
  stop(): void;
}

/** In this thread. Both files are read again after they are written. */
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

/** In this thread, which verifies each line of the source as it encodes it. */
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

/** Is what was written also what is read back? */
function isOnDisk(out: Output): boolean {
  const file = new Input(out.temp);
  try {
    return file.size === out.bytes && file.sha256() === out.sha256;
  } finally {
    file.close();
  }
}

/**
 * In a second thread, which verifies each line of the source as it encodes it. It reads the source
 * itself; a CRC ensures that both threads read the same.
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
  /** Of the restored source. */
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
