/**
 * A reporter for `node --test` beside the dots: each failure, the moment it happens, with its place and
 * its cause. The dots' own reporter prints these only when everything has ended, so a run that is
 * stopped half-way (CI's 90 minutes) would show crosses without a name.
 */
import { relative } from "node:path";
import type { TestEvent } from "node:test/reporters";
import { inspect } from "node:util";

/** At most so many characters of one failure's cause; the summary at the end has all of it. */
const SHOWN = 2000;

type Failure = Extract<TestEvent, { type: "test:fail" }>["data"];

export default async function* failures(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    // A suite fails because of what it holds, which was printed already.
    if (event.type === "test:fail" && failureType(event.data) !== "subtestsFailed") {
      yield described(event.data);
    }
  }
}

function described({ name, file, line, details }: Failure): string {
  const place = file === undefined ? "" : ` (${relative(process.cwd(), file)}:${line ?? 0})`;
  const cause = inspect(details.error.cause ?? details.error, { depth: 2 }).slice(0, SHOWN);
  return `\nfailed after ${Math.round(details.duration_ms)} ms: ${name}${place}\n${cause}\n`;
}

function failureType({ details }: Failure): unknown {
  return "failureType" in details.error ? details.error.failureType : undefined;
}
