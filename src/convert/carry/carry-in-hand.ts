/**
 * Creates the carry of a medium-sized session in this thread and verifies each line as it goes,
 * like `CarryThread`, because reading both files again would take as long as the conversion.
 */
import { collect } from "../../io/memory.ts";
import { parseUnit } from "../../lossless/carry.ts";
import { parseValue, stringify } from "../../lossless/json-text.ts";
import { type Line, MAX_DEPTH } from "../../lossless/lines.ts";
import { gives, isPlainOp } from "../../lossless/script.ts";
import type { Json } from "../../session/types.ts";
import type { Carrier } from "./carrier.ts";
import { type Coder, NotTheSame, type Route, UnitCoder } from "./units.ts";

/** For a longer line, only one copy is made at a time: it takes most of the memory. */
export const HUGE_LINE = 8 << 20;

export class CarryInHand implements Coder {
  readonly #carrier: Carrier;
  readonly #coder: UnitCoder;
  /** The number of verified source lines. */
  lines = 0;

  constructor(carrier: Carrier, route: Omit<Route, "trust">) {
    this.#carrier = carrier;
    this.#coder = new UnitCoder({ ...route, trust: "sampled" }, () => {});
  }

  /** @throws NotTheSame */
  unit(lines: readonly Line[], told: readonly (readonly Json[])[]): void {
    if (lines.length === 0 && told.length === 0) return;
    const { unit, coded } = this.#coder.code(
      lines,
      told.map((records) => records.map(asReadAgain)),
    );
    const isHuge = lines.some(({ text }) => text.length > HUGE_LINE);
    if (isHuge) {
      this.#carrier.cut();
      collect();
    }
    const text = this.#carrier.unit(unit);
    if (isHuge) collect();
    // A line without the formatting of JSON.stringify may come out of the carry as something else,
    // such as 1e400. For all others, the encoder has seen that JSON.stringify gives the line.
    const o = unit.o.every(isPlainOp) ? null : parseUnit(text).o;
    if (coded.length !== lines.length) throw new NotTheSame("a unit has other lines");
    if (o && !lines.every((line, i) => gives(o[i] ?? 0, coded[i]?.base, line, false)))
      throw new NotTheSame("a unit does not give its lines again");
    this.lines += lines.length;
  }
}

/** The record as it will be once it is read from its file: most already are. */
function asReadAgain(record: Json): Json {
  if (isData(record, MAX_DEPTH)) return record;
  const read = parseValue(stringify(record) ?? "");
  if (read === undefined || !isData(read, MAX_DEPTH)) throw new NotTheSame("a record is too deep");
  return read;
}

/**
 * Could JSON.parse have returned this value? Not one with a key without a value, or a number that
 * JSON cannot represent.
 */
function isData(value: unknown, depth: number): boolean {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return true;
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== "object" || depth === 0 || "toJSON" in value) return false;
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    if (!isData(item, depth - 1)) return false;
  }
  return true;
}
