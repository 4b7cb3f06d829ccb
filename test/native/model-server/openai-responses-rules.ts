import { isBase64, parseDataUrl, sniffImage } from "./image.ts";
import { arr, isObj, type Obj, objs, str, typeName } from "./json.ts";
import type { Mint } from "./mint.ts";
import type { Asked, Rule, Violation } from "./protocol.ts";

/**
 * The published request rules of OpenAI Responses, in the order in which they are looked at.
 * Sources: developers.openai.com (Responses reference, function calling, reasoning items, conversation state) and refusals
 * of the real API quoted in issue threads, named after each rule.
 */

/** The prefix that an item's id begins with, by item type. */
const ID_PREFIX: Record<string, string> = {
  message: "msg",
  reasoning: "rs",
  function_call: "fc",
  custom_tool_call: "ctc",
  web_search_call: "ws",
  file_search_call: "fs",
  image_generation_call: "ig",
  code_interpreter_call: "ci",
  mcp_call: "mcp",
  local_shell_call: "lsh",
  tool_search_call: "tsc",
  compaction: "cmp",
};

/** Calls that the client has to answer, and the type of their answer. */
const ANSWERED: Record<string, string> = {
  function_call: "function_call_output",
  custom_tool_call: "custom_tool_call_output",
  local_shell_call: "local_shell_call_output",
  tool_search_call: "tool_search_output",
};
/** How the API's messages call the kinds of output. */
const OUTPUT_WORDS: Record<string, string> = {
  function_call_output: "function call output",
  custom_tool_call_output: "custom tool call output",
  local_shell_call_output: "local shell call output",
  tool_search_output: "tool search output",
};
const CALL_WORDS: Record<string, string> = {
  function_call: "function call",
  custom_tool_call: "custom tool call",
  local_shell_call: "local shell call",
  tool_search_call: "tool search call",
};

const KNOWN_TYPES = new Set([
  ...Object.keys(ID_PREFIX),
  ...Object.keys(OUTPUT_WORDS),
  "item_reference",
  "computer_call",
  "computer_call_output",
  "mcp_list_tools",
  "mcp_approval_request",
  "mcp_approval_response",
  "shell_call",
  "shell_call_output",
  "apply_patch_call",
  "apply_patch_call_output",
  "additional_tools",
  "agent_message",
  "compaction_trigger",
  "context_compaction",
  "compaction_summary",
]);

const USER_PARTS = ["input_text", "input_image", "input_file"];
const ASSISTANT_PARTS = ["output_text", "refusal"];
const MAX_ID = 64;
const MAX_NAME = 128;

/** The input items; a bare string is one user message. An item with a role and no type is a message. */
function items(asked: Asked): Obj[] {
  const { input } = asked.body;
  if (typeof input === "string") return [{ type: "message", role: "user", content: input }];
  return objs(input).map((item) =>
    item.type === undefined && item.role !== undefined ? { ...item, type: "message" } : item,
  );
}

const isClientCall = (item: Obj): boolean =>
  (str(item.type) ?? "") in ANSWERED && item.execution !== "server";
const isOutput = (item: Obj): boolean => (str(item.type) ?? "") in OUTPUT_WORDS;

function eachItem(
  asked: Asked,
  look: (item: Obj, place: string, at: number) => Violation | null,
): Violation | null {
  for (const [at, item] of items(asked).entries()) {
    const violation = look(item, `input[${at}]`, at);
    if (violation) return violation;
  }
  return null;
}

function eachPart(
  asked: Asked,
  look: (part: Obj, place: string, owner: Obj) => Violation | null,
): Violation | null {
  return eachItem(asked, (item, place) => {
    const key = isOutput(item) ? "output" : "content";
    for (const [at, part] of objs(item[key]).entries()) {
      const violation = look(part, `${place}.${key}[${at}]`, item);
      if (violation) return violation;
    }
    return null;
  });
}

const missing = (param: string): Violation => ({
  message: `Missing required parameter: '${param}'.`,
  param,
  code: "missing_required_parameter",
});

const wrongType = (param: string, expected: string, value: unknown): Violation => ({
  message: `Invalid type for '${param}': expected ${expected}, but got ${typeName(value)} instead.`,
  param,
  code: "invalid_type",
});

const tooLong = (param: string, max: number, length: number): Violation => ({
  message: `Invalid '${param}': string too long. Expected a string with maximum length ${max}, but got a string with length ${length} instead.`,
  param,
  code: "string_above_max_length",
});

const badValue = (param: string, value: unknown, supported: string[]): Violation => ({
  message: `Invalid value: '${String(value)}'. Supported values are: ${quoteList(supported)}.`,
  param,
  code: "invalid_value",
});

function quoteList(values: string[]): string {
  const quoted = values.map((value) => `'${value}'`);
  const last = quoted.pop() ?? "";
  if (quoted.length === 0) return last;
  return quoted.length === 1 ? `${quoted[0]} and ${last}` : `${quoted.join(", ")}, and ${last}`;
}

const unpaired = (message: string): Violation => ({ message, param: "input", code: null });

export const responsesRules: Rule[] = [
  {
    name: "model-present",
    check: ({ body }) => (str(body.model) ? null : missing("model")),
  },
  {
    name: "input-present",
    check: ({ body }) => {
      if (body.input === undefined) return missing("input");
      if (typeof body.input === "string") return null;
      return Array.isArray(body.input)
        ? null
        : wrongType("input", "a string or an array", body.input);
    },
  },
  {
    // This server stores nothing, like the API with `store: false`.
    name: "previous-response",
    check: ({ body }) => {
      const id = str(body.previous_response_id);
      if (id === undefined) return null;
      return {
        message: `Previous response with id '${id}' not found.`,
        param: "previous_response_id",
        code: "previous_response_not_found",
      };
    },
  },
  {
    name: "known-item-type",
    check: (asked) => {
      for (const [at, raw] of arr(asked.body.input).entries()) {
        const param = `input[${at}]`;
        if (!isObj(raw)) return wrongType(param, "an object", raw);
        if (raw.type === undefined && raw.role === undefined) return missing(`${param}.type`);
        if (raw.type !== undefined && !KNOWN_TYPES.has(str(raw.type) ?? "")) {
          return badValue(`${param}.type`, raw.type, [...KNOWN_TYPES]);
        }
      }
      return null;
    },
  },
  {
    name: "message-role",
    check: (asked) =>
      eachItem(asked, (item, place) => {
        if (item.type !== "message") return null;
        const roles = ["assistant", "system", "developer", "user"];
        if (item.role === undefined) return missing(`${place}.role`);
        return roles.includes(str(item.role) ?? "")
          ? null
          : badValue(`${place}.role`, item.role, roles);
      }),
  },
  {
    // openai/codex#33176: "Expected an ID that begins with 'msg'."
    name: "item-id-prefix",
    check: (asked) =>
      eachItem(asked, (item, place) => {
        const prefix = ID_PREFIX[str(item.type) ?? ""];
        if (prefix === undefined || item.id === undefined || item.id === null) return null;
        const id = str(item.id);
        const param = `${place}.id`;
        if (id === undefined) return wrongType(param, "a string", item.id);
        return id.startsWith(`${prefix}_`)
          ? null
          : {
              message: `Invalid '${param}': '${id}'. Expected an ID that begins with '${prefix}'.`,
              param,
              code: "invalid_id_prefix",
            };
      }),
  },
  {
    // langchain-ai/langchainjs#11044
    name: "item-id-characters",
    check: (asked) =>
      eachItem(asked, (item, place) => {
        const id = str(item.id);
        if (id === undefined || /^[A-Za-z0-9_-]+$/.test(id)) return null;
        return {
          message: `Invalid '${place}.id': '${id}'. Expected an ID that contains letters, numbers, underscores, or dashes, but this value contained additional characters.`,
          param: `${place}.id`,
          code: "invalid_value",
        };
      }),
  },
  {
    name: "item-id-length",
    check: (asked) =>
      eachItem(asked, (item, place) => {
        const id = str(item.id) ?? "";
        return id.length > MAX_ID ? tooLong(`${place}.id`, MAX_ID, id.length) : null;
      }),
  },
  {
    // OpenRouterTeam/ai-sdk-provider#254
    name: "item-ids-unique",
    check: (asked) => {
      const seen = new Set<string>();
      return eachItem(asked, (item) => {
        const id = str(item.id);
        if (id === undefined) return null;
        if (seen.has(id)) {
          return unpaired(
            `Duplicate item found with id ${id}. Remove duplicate items from your input and try again.`,
          );
        }
        seen.add(id);
        return null;
      });
    },
  },
  {
    name: "call-id",
    check: (asked) =>
      eachItem(asked, (item, place) => {
        if (!isClientCall(item) && !isOutput(item)) return null;
        const param = `${place}.call_id`;
        if (item.call_id === undefined || item.call_id === null) {
          return str(item.type)?.startsWith("tool_search") ? null : missing(param);
        }
        const id = str(item.call_id);
        if (id === undefined) return wrongType(param, "a string", item.call_id);
        if (id === "") {
          return {
            message: `Invalid '${param}': empty string. Expected a string with minimum length 1, but got an empty string instead.`,
            param,
            code: "empty_string",
          };
        }
        return id.length > MAX_ID ? tooLong(param, MAX_ID, id.length) : null;
      }),
  },
  {
    name: "call-name",
    check: (asked) =>
      eachItem(asked, (item, place) => {
        if (item.type !== "function_call" && item.type !== "custom_tool_call") return null;
        const param = `${place}.name`;
        const name = str(item.name);
        if (name === undefined) return missing(param);
        if (name.length > MAX_NAME) return tooLong(param, MAX_NAME, name.length);
        return /^[a-zA-Z0-9_-]+$/.test(name)
          ? null
          : {
              message: `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
              param,
              code: "invalid_value",
            };
      }),
  },
  {
    name: "call-input-is-text",
    check: (asked) =>
      eachItem(asked, (item, place) => {
        if (item.type !== "function_call" && item.type !== "custom_tool_call") return null;
        const key = item.type === "function_call" ? "arguments" : "input";
        if (item[key] === undefined) return missing(`${place}.${key}`);
        return typeof item[key] === "string"
          ? null
          : wrongType(`${place}.${key}`, "a string", item[key]);
      }),
  },
  {
    name: "output-is-text-or-parts",
    check: (asked) =>
      eachItem(asked, (item, place) => {
        if (item.type !== "function_call_output" && item.type !== "custom_tool_call_output") {
          return null;
        }
        const param = `${place}.output`;
        if (item.output === undefined) return missing(param);
        return typeof item.output === "string" || Array.isArray(item.output)
          ? null
          : wrongType(param, "one of a string or array of objects", item.output);
      }),
  },
  {
    name: "call-ids-unique",
    check: (asked) => {
      const calls = new Set<string>();
      const outputs = new Set<string>();
      return eachItem(asked, (item) => {
        const id = str(item.call_id);
        const seen = isClientCall(item) ? calls : isOutput(item) ? outputs : null;
        if (id === undefined || !seen) return null;
        if (seen.has(id)) {
          // The API's own words for this are not published; that it refuses is (openai/openai-agents-python: duplicate call_id).
          const what = seen === calls ? "function call" : "function call output";
          return unpaired(`Duplicate ${what} found with call_id ${id}.`);
        }
        seen.add(id);
        return null;
      });
    },
  },
  {
    // continuedev/continue#10092, microsoft/vscode#320060
    name: "output-follows-its-call",
    check: (asked) => {
      const open = new Map<string, string>();
      return eachItem(asked, (item) => {
        const id = str(item.call_id);
        if (id === undefined) return null;
        const type = str(item.type) ?? "";
        if (isClientCall(item)) open.set(id, ANSWERED[type] ?? "");
        if (!isOutput(item) || open.get(id) === type) return null;
        return unpaired(`No tool call found for ${OUTPUT_WORDS[type]} with call_id ${id}.`);
      });
    },
  },
  {
    // router-for-me/CLIProxyAPI#2368, openai/codex#620
    name: "call-has-output",
    check: (asked) => {
      const answered = new Set(
        items(asked)
          .filter(isOutput)
          .map((item) => `${str(item.type)} ${str(item.call_id)}`),
      );
      return eachItem(asked, (item) => {
        const type = str(item.type) ?? "";
        const id = str(item.call_id);
        if (!isClientCall(item) || id === undefined) return null;
        return answered.has(`${ANSWERED[type]} ${id}`)
          ? null
          : unpaired(`No tool output found for ${CALL_WORDS[type]} ${id}.`);
      });
    },
  },
  {
    // newo-ether/Agora#141: `summary` may be empty, not missing
    name: "reasoning-summary",
    check: (asked) =>
      eachItem(asked, (item, place) => {
        if (item.type !== "reasoning") return null;
        if (item.summary === undefined) return missing(`${place}.summary`);
        if (!Array.isArray(item.summary)) {
          return wrongType(`${place}.summary`, "an array", item.summary);
        }
        for (const [at, part] of objs(item.summary).entries()) {
          if (part.type !== "summary_text") {
            return badValue(`${place}.summary[${at}].type`, part.type, ["summary_text"]);
          }
        }
        return null;
      }),
  },
  {
    // musistudio/claude-code-router#1783: readable reasoning is not taken back
    name: "reasoning-content-empty",
    check: (asked) =>
      eachItem(asked, (item, place) => {
        const length = arr(item.content).length;
        if (item.type !== "reasoning" || length === 0) return null;
        return {
          message: `Invalid '${place}.content': array too long. Expected an array with maximum length 0, but got an array with length ${length} instead.`,
          param: `${place}.content`,
          code: "array_above_max_length",
        };
      }),
  },
  {
    // openai/codex#8145, smallmain/vscode-unify-chat-provider#178
    name: "encrypted-content",
    check: (asked, minted) =>
      eachItem(asked, (item) => {
        const content = str(item.encrypted_content);
        if (item.type !== "reasoning" || content === undefined) return null;
        return checkEncrypted(content, str(item.id), minted);
      }),
  },
  {
    // can1357/oh-my-pi#41
    name: "reasoning-id-needs-content",
    check: (asked) =>
      eachItem(asked, (item) => {
        const id = str(item.id);
        if (item.type !== "reasoning" || id === undefined) return null;
        if (typeof item.encrypted_content === "string") return null;
        return {
          status: 404,
          message:
            asked.body.store === false
              ? `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`
              : `Item with id '${id}' not found.`,
          param: "input",
          code: null,
        };
      }),
  },
  {
    // continuedev/continue#9628, #8933
    name: "reasoning-has-following-item",
    check: (asked) => {
      const all = items(asked);
      return eachItem(asked, (item, _place, at) => {
        if (item.type !== "reasoning") return null;
        const next = all.slice(at + 1).find((other) => other.type !== "reasoning");
        const made = next && (next.role === "assistant" || isModelItem(next));
        if (made) return null;
        return unpaired(
          `Item '${str(item.id) ?? ""}' of type 'reasoning' was provided without its required following item.`,
        );
      });
    },
  },
  {
    name: "part-type-fits-role",
    check: (asked) =>
      eachPart(asked, (part, place, owner) => {
        if (owner.type !== "message" && !isOutput(owner)) return null;
        if (owner.type === "tool_search_output") return null;
        const allowed = owner.role === "assistant" ? ASSISTANT_PARTS : USER_PARTS;
        return allowed.includes(str(part.type) ?? "")
          ? null
          : badValue(`${place}.type`, part.type, allowed);
      }),
  },
  {
    name: "text-part-has-text",
    check: (asked) =>
      eachPart(asked, (part, place) => {
        if (part.type !== "input_text" && part.type !== "output_text") return null;
        if (part.text === undefined) return missing(`${place}.text`);
        return typeof part.text === "string"
          ? null
          : wrongType(`${place}.text`, "a string", part.text);
      }),
  },
  {
    name: "image-url",
    check: (asked) =>
      eachPart(asked, (part, place) => {
        if (part.type !== "input_image" || part.file_id !== undefined) return null;
        const param = `${place}.image_url`;
        const url = str(part.image_url);
        if (url === undefined) return missing(param);
        return checkImageUrl(url, param);
      }),
  },
  {
    name: "declared-tool-names",
    check: ({ body }) => {
      for (const [at, tool] of objs(body.tools).entries()) {
        if (tool.type !== "function" && tool.type !== "custom") continue;
        const param = `tools[${at}].name`;
        const name = str(tool.name);
        if (!name) return missing(param);
        if (!/^[a-zA-Z0-9_-]+$/.test(name)) {
          return {
            message: `Invalid '${param}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
            param,
            code: "invalid_value",
          };
        }
      }
      return null;
    },
  },
];

function checkEncrypted(content: string, id: string | undefined, minted: Mint): Violation | null {
  const owner = minted.openEncryptedContent(content);
  const short = content.length > 11 ? `${content.slice(0, 4)}...${content.slice(-4)}` : content;
  const subject = id === undefined ? `content ${short}` : `content for item ${id}`;
  const refused = (reason: string): Violation => ({
    message: `The encrypted ${subject} could not be verified. Reason: ${reason}`,
    param: null,
    code: "invalid_encrypted_content",
  });
  if (owner === null) return refused("Encrypted content could not be decrypted or parsed.");
  return id === undefined || id === owner
    ? null
    : refused("Encrypted content item_id did not match the target item id.");
}

/** An item that a model makes after reasoning. */
function isModelItem(item: Obj): boolean {
  return /_call$/.test(str(item.type) ?? "") || item.type === "mcp_approval_request";
}

/** Shared with Chat Completions: both vendors' words for a bad image URL are the same. */
export function checkImageUrl(url: string, param: string): Violation | null {
  if (/^https?:\/\//.test(url)) return null;
  const refused = (message: string, code: string): Violation => ({ message, param, code });
  const data = parseDataUrl(url);
  if (!data) {
    return refused(
      `Invalid '${param}'. Expected a valid URL, but got a value with an invalid format.`,
      "invalid_value",
    );
  }
  if (!isBase64(data.data)) {
    return refused(
      `Invalid '${param}'. Expected a base64-encoded data URL with an image MIME type (e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got an invalid base64-encoded value.`,
      "invalid_value",
    );
  }
  if (!data.mediaType.startsWith("image/")) {
    return refused(
      `Invalid '${param}'. Expected a base64-encoded data URL with an image MIME type (e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU='), but got unsupported MIME type '${data.mediaType}'.`,
      "invalid_value",
    );
  }
  return sniffImage(data.data) !== null
    ? null
    : refused(
        "The image data you provided does not represent a valid image. Please check your input and try again.",
        "invalid_value",
      );
}
