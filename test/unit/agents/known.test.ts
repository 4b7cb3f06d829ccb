/**
 * Schema drift: each agent's folder knows all that the recorded sessions hold, so that `check` is
 * silent about them, and lists what a newer version of its CLI might write.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { agents } from "../../../src/agents/registry.ts";
import { unknowns } from "../../../src/agents/shared/known.ts";
import { isFrame } from "../../../src/lossless/document.ts";
import type { Shape } from "../../../src/session/codec.ts";
import { readRecords } from "../../support/conversion.ts";
import { type Fixture, fixture, fixtures } from "../../support/fixtures.ts";

/** Everything unknown in a session, once each. */
function unknownIn({ path }: Fixture, known: Shape): string[] {
  const places = readRecords(path).flatMap((record) =>
    record === undefined || isFrame(record) ? [] : unknowns(record, known),
  );
  return [...new Set(places)];
}

function isRecorded({ name }: Fixture): boolean {
  return !name.startsWith("hostile") && !/\/drift[\w-]*\//.test(name);
}

const DRIFT: Readonly<Record<string, readonly string[]>> = {
  "claude-code": [
    "<session-weather>",
    "<user>.message.content[]<hologram>",
    "<user>.mood",
    "<attachment><daydream>",
    "<assistant>.message.content[]<thinking>.depth",
    "<assistant>.message.echoes",
    "<user>.message.content[]<tool_result>.weight",
    "<system><sunrise>",
  ],
  codex: [
    "<session_meta>.payload.tides",
    "<star_chart>",
    "<response_item>.payload<message>.content[]<input_scent>",
    "<response_item>.provenance",
    "<event_msg>.payload<user_message>.gesture",
    "<event_msg>.payload<moon_phase>",
    "<response_item>.payload<message>.content[]<output_text>.tone",
    "<response_item>.payload<dream_call>",
    "<event_msg>.payload<item_completed>.item<Hologram>",
  ],
  pi: [
    "<session>.weather",
    "<starlight>",
    "<message>.message<user>.content[]<text>.lang",
    "<message>.message<user>.content[]<hologram>",
    "<message>.draft",
    "<message>.message<assistant>.usage.cost.tip",
    "<message>.message<assistant>.usage.photons",
    "<message>.message<oracle>",
  ],
  droid: [
    "<session_start>.weather",
    "<starlight>",
    "<message>.message.gesture",
    "<message>.message.content[]<text>.lang",
    "<message>.message.content[]<hologram>",
    "<message>.message.content[]<thinking>.depth",
    "<message>.message.content[]<tool_result>.energy",
    "<message>.message.content[]<tool_result>.content[]<scent>",
    "<message>.draft",
    "<agent_turn_outcome>.mood",
  ],
  roo: [
    "<task>.roo-task.weather",
    "<starlight>",
    "<message>.roo.content[]<text>.lang",
    "<message>.roo.content[]<hologram>",
    "<message>.roo.content[]<tool_result>.content[]<scent>",
    "<message>.roo.echoes",
    "<oracle>",
  ],
  "kilo-code": [
    "<task>.kilo-code-task.weather",
    "<message>.kilo-code.content[]<text>.lang",
    "<message>.kilo-code.content[]<hologram>",
    "<message>.kilo-code.content[]<tool_use>.depth",
    "<message>.kilo-code.echoes",
    "<message>.kilo-code.content[]<tool_result>.content[]<scent>",
    "<message>.kilo-code.content[]<document>",
    "<oracle>",
    "<starlight>",
  ],
  goose: [
    "<session>.session.weather",
    "<message>.message.content_json[]<text>.lang",
    "<message>.message.content_json[]<hologram>",
    "<message>.message.content_json[]<thinking>.depth",
    "<message>.message.metadata_json.mood",
    "<message>.message.content_json[]<toolRequest>.lane",
    "<message>.message.content_json[]<toolResponse>.toolResult.value<object>.content[]<scent>",
    "<message>.message.content_json[]<toolResponse>.toolResult.value<object>.energy",
    "<starlight>",
  ],
  kimi: [
    "<metadata>.app_version",
    "<context.append_message>.message.content[]<text>.lang",
    "<context.append_message>.message.content[]<file_ref>",
    "<context.append_message>.message.voice",
    "<attention.map>",
    "<context.append_loop_event>.event<step.begin>.lane",
    "<context.append_loop_event>.event<content.part>.part<think>.depth",
    "<context.append_loop_event>.event<content.part>.part<citation>",
    "<context.append_loop_event>.event<tool.call>.sandbox",
    "<context.append_loop_event>.event<tool.result>.result.output[]<chart>",
    "<context.append_loop_event>.event<tool.result>.result.cost",
    "<context.append_loop_event>.event<step.note>",
    "<hologram>",
  ],
  chatgpt: [
    "<conversation>.mood_ring",
    "<node>.message.content<multimodal_text>.parts[]<hologram>",
    "<node>.message.gesture",
    "<node>.message.content<thoughts>.thoughts[].depth",
    "<node>.message.content<canvas_card>",
    "<node>.lane",
    "<unknown>",
  ],
  "claude-web": [
    "<conversation>.mood_ring",
    "<message>.gesture",
    "<message>.content[]<thinking>.depth",
    "<message>.content[]<text>.lane",
    "<message>.content[]<hologram>",
    "<message>.content[]<tool_result>.content[]<scent>",
    "<unknown>",
  ],
  "claude-desktop": ["<session>.mood_ring", "<claude><user>.gesture", "<claude><hologram>"],
  windsurf: [
    "<user_input>.model_name",
    "<user_input>.timestamp",
    "<user_input>.user_input.attachments",
    "<view_file>",
    "<planner_response>.planner_response.thinking",
    "<code_action>.code_action.diff",
    "<mcp_tool>.mcp_tool.server_name",
    "<mcp_tool>.mcp_tool.result_images",
    "<checkpoint>",
  ],
  trae: [
    "<session>.traeSession.isPinned",
    "<session>.traeSession.description",
    "<message>.traeMessage.multiMedia",
    "<message>.traeMessage.agentTaskContent.planSummary",
    "<message>.traeMessage.agentTaskContent.guideline.planItems[].toolCallInfo.elapsed",
    "<message>.traeMessage.agentTaskContent.guideline.planItems[].subAgent",
    "<message>.traeMessage.body",
  ],
  qwen: [
    "<user>.inputMode",
    "<system><attention_map>",
    "<assistant>.message.parts[]<text>.thoughtKind",
    "<assistant>.usageMetadata.carbonGrams",
    "<tool_result>.toolCallResult.energy",
    "<hologram>",
    "<index>",
  ],
};

for (const { id, known } of agents) {
  if (known === undefined) continue;
  describe(`what is known of ${id}`, () => {
    for (const recorded of fixtures.filter(({ agent }) => agent.id === id).filter(isRecorded)) {
      it(recorded.name, () => assert.deepEqual(unknownIn(recorded, known), []));
    }
    const drift = DRIFT[id];
    if (!drift) return;
    it("lists what a newer version might write", () => {
      assert.deepEqual(unknownIn(fixture(`${id}/drift`), known).sort(), [...drift].sort());
    });
  });
}
