/** The branches of a session: since 2.1, going back names the line after which the new one continues. */
import { member, string } from "../../session/json.ts";
import type { Json } from "../../session/types.ts";

interface Switch {
  branch: string;
  base: { branch: string; line: number };
  /** Of the record that says so. */
  line: number;
}

export class Branches {
  /** Records so far: the CLI counts them as lines. */
  lines = 0;
  /** Which branch the lines are of, from the one named on. */
  readonly #segments: { branch: string; from: number }[] = [{ branch: "main", from: 1 }];

  commit(record: Json): void {
    this.lines++;
    const branch = string(member(record, "branch"));
    if (member(record, "type") === "agent.switched" && branch !== undefined) {
      this.#segments.push({ branch, from: this.lines + 1 });
    }
  }

  switchTo(line: number): Switch {
    const of = this.#segments.findLast(({ from }) => from <= Math.max(1, line));
    const branch = `b${this.#segments.length}`;
    return { branch, base: { branch: of?.branch ?? "main", line }, line: this.lines + 1 };
  }
}
