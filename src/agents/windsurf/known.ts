/**
 * The steps of Windsurf's transcripts that readers of others name. Others are kept as well; `segue check` lists them.
 */
import type { Shape } from "../../session/codec.ts";
import { by, CONTENT, keys } from "../shared/known.ts";

function step(type: string, own: Shape): Shape {
  return keys("type status", { [type]: own });
}

export const known: Shape = by("type", {
  // The rules that applied are named, not quoted.
  user_input: step("user_input", keys("rules_applied", { user_response: CONTENT })),
  planner_response: step("planner_response", keys("", { response: CONTENT })),
  code_action: step("code_action", keys("", { path: CONTENT, new_content: CONTENT })),
  mcp_tool: step("mcp_tool", keys("", { tool_name: CONTENT, arguments: CONTENT, result: CONTENT })),
  // Its keys are not known.
  command_action: step("command_action", CONTENT),
});
