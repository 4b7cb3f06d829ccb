import { taskAgent } from "../shared/tasks/agent.ts";
import { ROO } from "../shared/tasks/dialect.ts";
import { taskLaunch } from "../shared/tasks/launch.ts";

export const roo = taskAgent(ROO, {
  name: "Roo Code",
  aliases: ["roo-code", "roo-cline"],
  claim: { read: "vendor-source", write: "vendor-code" },
  launch: taskLaunch(ROO),
});
