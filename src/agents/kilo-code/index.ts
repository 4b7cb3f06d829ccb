import { taskAgent } from "../shared/tasks/agent.ts";
import { KILO_CODE } from "../shared/tasks/dialect.ts";
import { taskLaunch } from "../shared/tasks/launch.ts";

export const kiloCode = taskAgent(KILO_CODE, {
  name: "Kilo Code",
  aliases: ["kilo-code-legacy"],
  claim: {
    read: "vendor-source",
    write: {
      never:
        "its list of tasks is in the state of the editor, which holds that in memory and shows no other task",
    },
  },
  launch: taskLaunch(KILO_CODE),
});
