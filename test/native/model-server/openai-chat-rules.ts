import { arr, isObj, type Obj, obj, objs, str, typeName } from "./json.ts";
import { checkImageUrl } from "./openai-responses-rules.ts";
import type { Asked, Rule, Violation } from "./protocol.ts";

/**
 * The published request rules of OpenAI Chat Completions, in the order in which they are looked at.
 * Sources: developers.openai.com (Chat reference, function calling) and refusals quoted in issue threads.
 */

const ROLES = ["system", "assistant", "user", "function", "tool", "developer"];
/** 40 is what most routes enforce (microsoft/autogen#6377, vercel/ai#8132); some newer ones take 64. */
const MAX_ID = 40;
const NAME = "^[a-zA-Z0-9_-]+$";

/** Moonshot's API takes images in a tool's result: Kimi Code sends them there to its vendor's models alone. */
const isKimi = ({ body }: Asked): boolean => /^kimi-/.test(str(body.model) ?? "");

const messages = (asked: Asked): Obj[] => objs(asked.body.messages);

function eachMessage(
  asked: Asked,
  look: (message: Obj, at: number) => Violation | null,
): Violation | null {
  for (const [at, message] of messages(asked).entries()) {
    const violation = look(message, at);
    if (violation) return violation;
  }
  return null;
}

function eachCall(
  asked: Asked,
  look: (call: Obj, place: string) => Violation | null,
): Violation | null {
  return eachMessage(asked, (message, at) => {
    for (const [nth, call] of objs(message.tool_calls).entries()) {
      const violation = look(call, `messages[${at}].tool_calls[${nth}]`);
      if (violation) return violation;
    }
    return null;
  });
}

const refused = (message: string, param: string | null, code: string | null = null): Violation => ({
  message,
  param,
  code,
});

const missing = (param: string): Violation =>
  refused(`Missing required parameter: '${param}'.`, param, "missing_required_parameter");

const tooLong = (param: string, length: number): Violation =>
  refused(
    `Invalid '${param}': string too long. Expected a string with maximum length ${MAX_ID}, but got a string with length ${length} instead.`,
    param,
    "string_above_max_length",
  );

const badName = (param: string): Violation =>
  refused(
    `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '${NAME}'.`,
    param,
    "invalid_value",
  );

export const chatRules: Rule[] = [
  {
    name: "model-present",
    check: ({ body }) =>
      str(body.model) ? null : refused("you must provide a model parameter", null),
  },
  {
    name: "messages-present",
    check: ({ body }) => {
      if (body.messages === undefined) return missing("messages");
      return arr(body.messages).length > 0
        ? null
        : refused(
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
            "messages",
            "empty_array",
          );
    },
  },
  {
    name: "known-role",
    check: ({ body }) => {
      for (const [at, message] of arr(body.messages).entries()) {
        const role = str(obj(message).role);
        if (role === undefined) return missing(`messages[${at}].role`);
        if (!ROLES.includes(role)) {
          return refused(
            `Invalid value: '${role}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.`,
            `messages[${at}].role`,
            "invalid_value",
          );
        }
      }
      return null;
    },
  },
  {
    name: "content-present",
    check: (asked) =>
      eachMessage(asked, ({ role, content, tool_calls, refusal }, at) => {
        if (typeof content === "string" || Array.isArray(content)) return null;
        const mayBeNull = role === "assistant" && (arr(tool_calls).length > 0 || str(refusal));
        if (mayBeNull && (content === null || content === undefined)) return null;
        const got = content === undefined ? "null" : typeName(content);
        return refused(
          `Invalid value for 'content': expected a string, got ${got}.`,
          `messages.[${at}].content`,
        );
      }),
  },
  {
    name: "content-part-type",
    check: (asked) =>
      eachMessage(asked, ({ role, content }, at) => {
        const allowed =
          role === "user"
            ? ["text", "image_url", "input_audio", "file"]
            : role === "assistant"
              ? ["text", "refusal"]
              : role === "tool" && isKimi(asked)
                ? ["text", "image_url"]
                : ["text"];
        for (const [nth, part] of objs(content).entries()) {
          const type = str(part.type) ?? "";
          if (!allowed.includes(type)) {
            const list = allowed.map((value) => `'${value}'`).join(", ");
            return refused(
              `Invalid value: '${type}'. Supported values are: ${list}.`,
              `messages[${at}].content[${nth}].type`,
              "invalid_value",
            );
          }
        }
        return null;
      }),
  },
  {
    name: "content-parts-not-empty",
    check: (asked) =>
      eachMessage(asked, ({ content }, at) =>
        Array.isArray(content) && content.length === 0
          ? refused(
              `Invalid 'messages[${at}].content': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
              `messages[${at}].content`,
              "empty_array",
            )
          : null,
      ),
  },
  {
    name: "image-url",
    check: (asked) =>
      eachMessage(asked, ({ content }, at) => {
        for (const [nth, part] of objs(content).entries()) {
          if (part.type !== "image_url") continue;
          const param = `messages[${at}].content[${nth}].image_url.url`;
          const url = str(obj(part.image_url).url);
          const violation = url === undefined ? missing(param) : checkImageUrl(url, param);
          if (violation) return violation;
        }
        return null;
      }),
  },
  {
    name: "tool-calls-only-by-assistant",
    check: (asked) =>
      eachMessage(asked, ({ role, tool_calls }, at) =>
        tool_calls !== undefined && role !== "assistant"
          ? refused(
              `Unknown parameter: 'messages[${at}].tool_calls'.`,
              `messages[${at}].tool_calls`,
              "unknown_parameter",
            )
          : null,
      ),
  },
  {
    name: "tool-calls-not-empty",
    check: (asked) =>
      eachMessage(asked, ({ tool_calls }, at) =>
        Array.isArray(tool_calls) && tool_calls.length === 0
          ? refused(
              `Invalid 'messages[${at}].tool_calls': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
              `messages[${at}].tool_calls`,
              "empty_array",
            )
          : null,
      ),
  },
  {
    name: "tool-call-id",
    check: (asked) =>
      eachCall(asked, (call, place) => {
        const id = str(call.id);
        if (!id) return missing(`${place}.id`);
        return id.length > MAX_ID ? tooLong(`${place}.id`, id.length) : null;
      }),
  },
  {
    name: "tool-call-function",
    check: (asked) =>
      eachCall(asked, (call, place) => {
        if (call.type !== "function" && call.type !== "custom") return missing(`${place}.type`);
        const made = obj(call.function ?? call.custom);
        const name = str(made.name);
        if (name === undefined) return missing(`${place}.function.name`);
        return /^[a-zA-Z0-9_-]+$/.test(name) ? null : badName(`${place}.function.name`);
      }),
  },
  {
    name: "tool-call-name-length",
    check: (asked) =>
      eachCall(asked, (call, place) => {
        const name = str(obj(call.function).name) ?? "";
        return name.length > 64
          ? refused(
              `Invalid '${place}.function.name': string too long. Expected a string with maximum length 64, but got a string with length ${name.length} instead.`,
              `${place}.function.name`,
              "string_above_max_length",
            )
          : null;
      }),
  },
  {
    name: "tool-call-arguments-are-text",
    check: (asked) =>
      eachCall(asked, (call, place) => {
        const made = obj(call.function);
        if (call.type !== "function" || typeof made.arguments === "string") return null;
        const param = `${place}.function.arguments`;
        if (made.arguments === undefined) return missing(param);
        return refused(
          `Invalid type for '${param}': expected a string, but got ${typeName(made.arguments)} instead.`,
          param,
          "invalid_type",
        );
      }),
  },
  {
    // The refusal is published for one message's tool_calls; across messages an id may come again, but no CLI does that
    // on purpose, so a repeated id is refused here in every case.
    name: "tool-call-ids-unique",
    check: (asked) => {
      const seen = new Set<string>();
      return eachCall(asked, (call, place) => {
        const id = str(call.id) ?? "";
        if (seen.has(id)) {
          return refused(`Duplicate value for 'tool_call_id' of '${id}'.`, `${place}.id`);
        }
        seen.add(id);
        return null;
      });
    },
  },
  {
    name: "tool-message-id",
    check: (asked) =>
      eachMessage(asked, (message, at) => {
        if (message.role !== "tool") return null;
        const param = `messages[${at}].tool_call_id`;
        const id = str(message.tool_call_id);
        if (!id) return missing(param);
        return id.length > MAX_ID ? tooLong(param, id.length) : null;
      }),
  },
  {
    name: "tool-message-follows-tool-calls",
    check: (asked) => {
      let open: Set<string> | null = null;
      return eachMessage(asked, (message, at) => {
        if (message.role !== "tool") {
          const calls = objs(message.tool_calls);
          open = calls.length > 0 ? new Set(calls.map((call) => str(call.id) ?? "")) : null;
          return null;
        }
        if (!open) {
          return refused(
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
            `messages.[${at}].role`,
          );
        }
        const id = str(message.tool_call_id) ?? "";
        if (open.delete(id)) return null;
        return refused(
          `Invalid parameter: 'tool_call_id' of '${id}' not found in 'tool_calls' of previous message.`,
          `messages.[${at}].tool_call_id`,
        );
      });
    },
  },
  {
    // BloomLabsInc/genkit-plugins#225 and many more
    name: "tool-calls-answered-at-once",
    check: (asked) => {
      const all = messages(asked);
      return eachMessage(asked, (message, at) => {
        const ids = objs(message.tool_calls).map((call) => str(call.id) ?? "");
        if (ids.length === 0) return null;
        const answered = new Set<string>();
        let next = at + 1;
        for (; all[next]?.role === "tool"; next += 1) {
          answered.add(str(all[next]?.tool_call_id) ?? "");
        }
        const open = ids.filter((id) => !answered.has(id));
        return open.length === 0
          ? null
          : refused(
              `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${open.join(", ")}`,
              `messages.[${next}].role`,
            );
      });
    },
  },
  {
    name: "declared-tool-names",
    check: ({ body }) => {
      for (const [at, tool] of objs(body.tools).entries()) {
        if (!isObj(tool.function)) continue;
        const param = `tools[${at}].function.name`;
        const name = str(tool.function.name);
        if (!name) return missing(param);
        if (!/^[a-zA-Z0-9_-]+$/.test(name)) return badName(param);
      }
      return null;
    },
  },
];
