/** What a session that was handed over must look like in the other agent's request. */
import type { Expected } from "./assert-history.ts";
import type { Step } from "./model-server/server.ts";

/** A turn with reasoning and a tool call, and what must be found of it later. */
export function work(tag: string): { prompt: string; steps: Step[]; markers: Expected[] } {
  const mark = (name: string): string => `MARK-${tag}-${name}`;
  const printed = mark("O1").replace("MARK-", "");
  return {
    prompt: `${mark("U1")} go on`,
    steps: [
      {
        thinking: `${mark("R1")} I think`,
        text: `${mark("A1")} I work`,
        tools: [{ kind: "bash", command: `printf 'MARK-%s\\n' ${printed}; : ${mark("C1")}` }],
      },
      { text: `${mark("A2")} done` },
    ],
    markers: [
      { role: "user", marker: mark("U1") },
      { role: "reasoning", marker: mark("R1") },
      { role: "assistant", marker: mark("A1") },
      { role: "tool-call", marker: mark("C1") },
      { role: "tool-result", marker: mark("O1") },
      { role: "assistant", marker: mark("A2") },
    ],
  };
}

export { foreign as abroad } from "./agents/index.ts";
