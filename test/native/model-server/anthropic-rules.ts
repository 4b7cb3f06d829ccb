import { eachBlock, eachDeepBlock, rawMessages, say, turns } from "./anthropic-blocks.ts";
import { CONTENT_RULES, SERVER_BLOCK_KEYS } from "./anthropic-content-rules.ts";
import { isBase64, sniffImage } from "./image.ts";
import { arr, isObj, type Obj, obj, objs, str } from "./json.ts";
import type { Asked, Rule } from "./protocol.ts";

/**
 * The published request rules of Anthropic Messages, in the order in which they are looked at.
 * Sources: platform.claude.com/docs (Messages API, tool use, extended thinking, vision, prompt caching) and
 * refusals of the real API quoted in issue threads (number after each rule: github.com/anthropics/claude-code/issues/N
 * unless another repository is named).
 */

const IMAGE_TYPES = ["image/jpeg", "image/png", "image/gif", "image/webp"];
const TAKES_SYSTEM_ROLE = /^claude-(opus-4-8|(opus|sonnet|haiku|fable)-[5-9])/;
const TOOL_ID = "^[a-zA-Z0-9_-]+$";
const TOOL_NAME = "^[a-zA-Z0-9_-]{1,128}$";

/** The keys that each kind of content block may have. */
const BLOCK_KEYS: Record<string, string[]> = {
  text: ["type", "text", "citations", "cache_control"],
  thinking: ["type", "thinking", "signature"],
  redacted_thinking: ["type", "data"],
  tool_use: ["type", "id", "name", "input", "cache_control", "caller"],
  tool_result: ["type", "tool_use_id", "content", "is_error", "cache_control"],
  image: ["type", "source", "cache_control"],
  document: ["type", "source", "title", "context", "citations", "cache_control"],
  search_result: ["type", "source", "title", "content", "citations", "cache_control"],
};
/**
 * What Claude Code 2.1.329 sends, under a beta header of its own, where the model changed within a
 * session: a `system` message without content that sets the effort. No word on it is published.
 */
function isTurnControl(message: Obj, headers: Asked["headers"]): boolean {
  const beta = String(headers["anthropic-beta"] ?? "").includes("per-turn-control");
  return beta && message.role === "system" && isObj(message.output_config);
}

/** Only in `system` messages, with the beta mid-conversation-tool-changes (docs: the page on such messages). */
const TOOL_CHANGES = ["tool_addition", "tool_removal"];
const OTHER_BLOCKS = [...Object.keys(SERVER_BLOCK_KEYS), "compaction", ...TOOL_CHANGES];
/** What the model, and tools that run at Anthropic, say. */
const ONLY_ASSISTANT =
  /^(?:tool_use|thinking|redacted_thinking|server_tool_use|mcp_tool_use|\w+_tool_result)$/;
const ONLY_USER = ["tool_result", "image", "document", "search_result", "container_upload"];
const IN_TOOL_RESULT = ["text", "image", "document", "search_result", "tool_reference"];

export const anthropicRules: Rule[] = [
  {
    name: "version-header",
    check: ({ headers }) =>
      say(headers["anthropic-version"] ? null : "anthropic-version: header is required"),
  },
  {
    name: "model-present",
    check: ({ body }) => say(str(body.model) ? null : "model: Field required"),
  },
  {
    name: "max-tokens",
    check: ({ body }) => {
      if (body.max_tokens === undefined) return say("max_tokens: Field required");
      const ok = Number.isInteger(body.max_tokens) && Number(body.max_tokens) >= 1;
      return say(ok ? null : "max_tokens: Input should be greater than or equal to 1");
    },
  },
  {
    name: "messages-present",
    check: ({ body }) => {
      if (body.messages === undefined) return say("messages: Field required");
      if (!Array.isArray(body.messages)) return say("messages: Input should be a valid list");
      return say(body.messages.length > 0 ? null : "messages: at least one message is required");
    },
  },
  {
    // Claude Opus 4.8 and later take `system` inside `messages` (docs: mid-conversation system messages).
    name: "known-role",
    check: ({ body }) => {
      const takesSystem = TAKES_SYSTEM_ROLE.test(str(body.model) ?? "");
      for (const [at, message] of arr(body.messages).entries()) {
        const role = obj(message).role;
        if (role === "user" || role === "assistant" || (role === "system" && takesSystem)) continue;
        return say(
          role === "system"
            ? 'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input message role.'
            : `messages.${at}.role: Input should be 'user' or 'assistant'`,
        );
      }
      return null;
    },
  },
  {
    // The same docs, "Limitations"; #73821 has the words of the second refusal.
    name: "system-role-placement",
    check: (asked) => {
      const all = rawMessages(asked);
      for (const [at, message] of all.entries()) {
        if (message.role !== "system") continue;
        const before = all[at - 1];
        const afterServerTool =
          before?.role === "assistant" && /^server_/.test(str(before.blocks.at(-1)?.type) ?? "");
        if (before?.role !== "user" && !afterServerTool) {
          return say(`messages.${at}: role 'system' must follow a 'user' message`);
        }
        const next = all[at + 1];
        if (next && next.role !== "assistant") {
          return say(
            `messages.${at}: role 'system' must precede an 'assistant' message or end the array`,
          );
        }
      }
      return null;
    },
  },
  {
    name: "first-message-is-user",
    check: (asked) => {
      const first = rawMessages(asked)[0];
      const ok = !first || first.role === "user";
      return say(ok ? null : 'messages: first message must use the "user" role');
    },
  },
  {
    name: "content-is-text-or-blocks",
    check: ({ body }) => {
      for (const [at, message] of objs(body.messages).entries()) {
        const { content } = message;
        if (content === undefined) return say(`messages.${at}.content: Field required`);
        if (typeof content === "string") continue;
        if (!Array.isArray(content) || !content.every(isObj)) {
          return say(`messages.${at}.content: Input should be a valid list`);
        }
      }
      return null;
    },
  },
  {
    name: "known-block-type",
    check: (asked) =>
      eachBlock(asked, (block, place) => {
        const type = str(block.type);
        if (type === undefined) return `${place}.type: Field required`;
        if (type in BLOCK_KEYS || OTHER_BLOCKS.includes(type)) return null;
        const tags = Object.keys(BLOCK_KEYS).sort().join("', '");
        return `${place}: Input tag '${type}' found using 'type' does not match any of the expected tags: '${tags}'`;
      }),
  },
  {
    // Refused as "Extra inputs are not permitted" (github.com/vercel/ai, cline/cline: stray keys in blocks).
    name: "no-extra-keys-in-block",
    check: (asked) =>
      eachDeepBlock(asked, (block, place) => {
        const type = str(block.type) ?? "";
        const allowed = BLOCK_KEYS[type] ?? SERVER_BLOCK_KEYS[type];
        const extra = allowed && Object.keys(block).find((key) => !allowed.includes(key));
        return extra ? `${place}.${type}.${extra}: Extra inputs are not permitted` : null;
      }),
  },
  {
    name: "block-belongs-to-role",
    check: (asked) =>
      eachBlock(asked, (block, place, { role }) => {
        const type = str(block.type) ?? "";
        if (role !== "system" && TOOL_CHANGES.includes(type)) {
          return `${place}: \`${type}\` blocks can only be in \`system\` messages`;
        }
        if (role === "system" && type !== "text" && !TOOL_CHANGES.includes(type)) {
          return `${place}: \`${type}\` blocks cannot be in \`system\` messages`;
        }
        if (role === "user" && ONLY_ASSISTANT.test(type)) {
          return `${place}: \`${type}\` blocks can only be in \`assistant\` messages`;
        }
        if (role === "assistant" && ONLY_USER.includes(type)) {
          return `${place}: \`${type}\` blocks can only be in \`user\` messages`;
        }
        return null;
      }),
  },
  {
    // "all messages must have non-empty content" (#28203, #20441)
    name: "content-not-empty",
    check: ({ body, headers }) => {
      const messages = objs(body.messages);
      for (const [at, message] of messages.entries()) {
        if (isTurnControl(message, headers)) continue;
        const empty = message.content === "" || arr(message.content).length === 0;
        const isText = typeof message.content === "string" && message.content !== "";
        const isPrefill = at === messages.length - 1 && message.role === "assistant";
        if (empty && !isText && !isPrefill) {
          return say(
            `messages.${at}: all messages must have non-empty content except for the optional final assistant message`,
          );
        }
      }
      return null;
    },
  },
  {
    // #59812 (non-empty), #23440 (non-whitespace)
    name: "text-not-blank",
    check: (asked) =>
      eachBlock(asked, (block) => {
        if (block.type !== "text") return null;
        const text = str(block.text);
        if (text === undefined || text === "") {
          return "messages: text content blocks must be non-empty";
        }
        return text.trim() === ""
          ? "messages: text content blocks must contain non-whitespace text"
          : null;
      }),
  },
  {
    name: "tool-result-text-not-empty",
    check: (asked) =>
      eachBlock(asked, (block) => {
        if (block.type !== "tool_result") return null;
        const empty = objs(block.content).some((inner) => inner.type === "text" && !inner.text);
        return empty ? "messages: text content blocks must be non-empty" : null;
      }),
  },
  {
    name: "system-text-not-empty",
    check: ({ body }) => {
      const empty = objs(body.system).some((block) => block.type === "text" && !block.text);
      return say(empty ? "system: text content blocks must be non-empty" : null);
    },
  },
  {
    name: "final-assistant-no-trailing-space",
    check: (asked) => {
      const last = rawMessages(asked).at(-1);
      const block = last?.role === "assistant" ? last.blocks.at(-1) : undefined;
      const bad = block?.type === "text" && /\s$/.test(str(block.text) ?? "");
      return say(
        bad ? "messages: final assistant content cannot end with trailing whitespace" : null,
      );
    },
  },
  {
    // Claude 4.6 and later take no prefill (platform.claude.com/docs: "What's new in Claude 4.6").
    name: "no-prefill-on-new-models",
    check: (asked) => {
      const isNew = /claude-(opus|sonnet)-(4-[6-9]|[5-9])\b/.test(str(asked.body.model) ?? "");
      const last = rawMessages(asked).at(-1);
      return say(
        isNew && last?.role === "assistant"
          ? "This model does not support assistant message prefill. The conversation must end with a user message."
          : null,
      );
    },
  },
  {
    name: "tool-use-id-pattern",
    check: (asked) =>
      eachBlock(asked, (block, place) => {
        if (block.type !== "tool_use") return null;
        const id = str(block.id);
        if (id === undefined) return `${place}.tool_use.id: Field required`;
        return /^[a-zA-Z0-9_-]+$/.test(id)
          ? null
          : `${place}.tool_use.id: String should match pattern '${TOOL_ID}'`;
      }),
  },
  {
    name: "tool-result-id-pattern",
    check: (asked) =>
      eachBlock(asked, (block, place) => {
        if (block.type !== "tool_result") return null;
        const id = str(block.tool_use_id);
        if (id === undefined) return `${place}.tool_result.tool_use_id: Field required`;
        return /^[a-zA-Z0-9_-]+$/.test(id)
          ? null
          : `${place}.tool_result.tool_use_id: String should match pattern '${TOOL_ID}'`;
      }),
  },
  {
    name: "tool-use-name-pattern",
    check: (asked) =>
      eachBlock(asked, (block, place) => {
        if (block.type !== "tool_use") return null;
        return /^[a-zA-Z0-9_-]{1,128}$/.test(str(block.name) ?? "")
          ? null
          : `${place}.tool_use.name: String should match pattern '${TOOL_NAME}'`;
      }),
  },
  {
    name: "tool-use-input-is-object",
    check: (asked) =>
      eachBlock(asked, (block, place) => {
        if (block.type !== "tool_use") return null;
        if (block.input === undefined) return `${place}.tool_use.input: Field required`;
        return isObj(block.input)
          ? null
          : `${place}.tool_use.input: Input should be a valid dictionary`;
      }),
  },
  {
    // #20508 and others: "`tool_use` ids must be unique"
    name: "tool-use-ids-unique",
    check: (asked) => {
      const seen = new Set<string>();
      return eachBlock(asked, (block, place) => {
        const id = block.type === "tool_use" ? str(block.id) : undefined;
        if (id === undefined) return null;
        if (seen.has(id)) return `${place}: \`tool_use\` ids must be unique`;
        seen.add(id);
        return null;
      });
    },
  },
  {
    // #18947: "unexpected `tool_use_id` found in `tool_result` blocks"
    name: "tool-result-answers-previous-message",
    check: (asked) => {
      const all = turns(asked);
      for (const [at, turn] of all.entries()) {
        const before = all[at - 1];
        const known = new Set((before?.blocks ?? []).map((block) => block.id));
        for (const [nth, block] of turn.blocks.entries()) {
          if (block.type !== "tool_result" || known.has(block.tool_use_id)) continue;
          return say(
            `${turn.places[nth]}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${str(block.tool_use_id)}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
          );
        }
      }
      return null;
    },
  },
  {
    name: "one-result-per-tool-use",
    check: (asked) => {
      for (const turn of turns(asked)) {
        const seen = new Set<unknown>();
        for (const [nth, block] of turn.blocks.entries()) {
          if (block.type !== "tool_result") continue;
          if (seen.has(block.tool_use_id)) {
            return say(
              `${turn.places[nth]}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${str(block.tool_use_id)}`,
            );
          }
          seen.add(block.tool_use_id);
        }
      }
      return null;
    },
  },
  {
    // #6521 and many more. The results must come first in the next message, text after them (docs: "Handling tool results").
    name: "tool-use-answered-at-once",
    check: (asked) => {
      const all = turns(asked);
      for (const [at, turn] of all.entries()) {
        if (turn.role !== "assistant") continue;
        const uses = turn.blocks.filter((block) => block.type === "tool_use");
        if (uses.length === 0) continue;
        const next = all[at + 1]?.blocks ?? [];
        const firstOther = next.findIndex((block) => block.type !== "tool_result");
        const leading = firstOther < 0 ? next : next.slice(0, firstOther);
        const answered = new Set(leading.map((block) => block.tool_use_id));
        const open = uses.map((block) => block.id).filter((id) => !answered.has(id));
        if (open.length > 0) {
          return say(
            `messages.${turn.index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
          );
        }
      }
      return null;
    },
  },
  {
    name: "tool-result-content-types",
    check: (asked) =>
      eachBlock(asked, (block, place) => {
        if (block.type !== "tool_result" || block.content === undefined) return null;
        if (typeof block.content === "string") return null;
        if (!Array.isArray(block.content)) {
          return `${place}.tool_result.content: Input should be a valid list`;
        }
        for (const [at, inner] of arr(block.content).entries()) {
          const type = str(obj(inner).type) ?? "";
          if (!IN_TOOL_RESULT.includes(type)) {
            return `${place}.tool_result.content.${at}: Input tag '${type}' found using 'type' does not match any of the expected tags: '${IN_TOOL_RESULT.join("', '")}'`;
          }
        }
        return null;
      }),
  },
  {
    name: "error-result-has-content",
    check: (asked) =>
      eachBlock(asked, (block, place) => {
        if (block.type !== "tool_result" || block.is_error !== true) return null;
        const empty = block.content === undefined || arr(block.content).length === 0;
        return empty && (typeof block.content !== "string" || block.content === "")
          ? `${place}.tool_result: content cannot be empty if \`is_error\` is true`
          : null;
      }),
  },
  {
    name: "error-result-is-text-only",
    check: (asked) =>
      eachBlock(asked, (block, place) => {
        if (block.type !== "tool_result" || block.is_error !== true) return null;
        return objs(block.content).some((inner) => inner.type !== "text")
          ? `${place}.tool_result: all content must be type "text" if \`is_error\` is true`
          : null;
      }),
  },
  {
    // #10627; anthropics/anthropic-sdk-python#1598: the block must come back exactly as it was sent.
    name: "thinking-signature",
    check: (asked, minted) =>
      eachBlock(asked, (block, place) => {
        if (block.type !== "thinking") return null;
        const thinking = str(block.thinking);
        const signature = str(block.signature);
        if (thinking === undefined) return `${place}.thinking.thinking: Field required`;
        if (signature === undefined) return `${place}.thinking.signature: Field required`;
        return minted.isThinkingSignature(thinking, signature)
          ? null
          : `${place}: Invalid \`signature\` in \`thinking\` block`;
      }),
  },
  {
    name: "redacted-thinking-data",
    check: (asked, minted) =>
      eachBlock(asked, (block, place) => {
        if (block.type !== "redacted_thinking") return null;
        const data = str(block.data);
        if (data === undefined) return `${place}.redacted_thinking.data: Field required`;
        return minted.isRedactedThinking(data)
          ? null
          : `${place}: Invalid \`data\` in \`redacted_thinking\` block`;
      }),
  },
  {
    // router-for-me/CLIProxyAPI#5321: measured; only the trailing message is refused.
    name: "final-block-not-thinking",
    check: (asked) => {
      const last = turns(asked).at(-1);
      const type = last?.role === "assistant" ? last.blocks.at(-1)?.type : undefined;
      return say(
        last && (type === "thinking" || type === "redacted_thinking")
          ? `messages.${last.index}: The final block in an assistant message cannot be \`thinking\`.`
          : null,
      );
    },
  },
  {
    name: "image-media-type",
    check: (asked) =>
      eachDeepBlock(asked, (block, place) => {
        const source = obj(block.source);
        if (block.type !== "image" || source.type !== "base64") return null;
        return IMAGE_TYPES.includes(str(source.media_type) ?? "")
          ? null
          : `${place}.image.source.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'`;
      }),
  },
  {
    name: "image-data",
    check: (asked) =>
      eachDeepBlock(asked, (block, place) => {
        if (block.type !== "image") return null;
        const source = obj(block.source);
        if (source.type === "url" || source.type === "file") return null;
        if (source.type !== "base64") {
          return `${place}.image.source: Input tag '${str(source.type)}' found using 'type' does not match any of the expected tags: 'base64', 'file', 'url'`;
        }
        const data = str(source.data) ?? "";
        if (!isBase64(data)) return `${place}.image.source.base64.data: Invalid base64 data`;
        const seen = sniffImage(data);
        if (seen === null) return "Could not process image";
        return seen === source.media_type
          ? null
          : `${place}.image.source.base64.data: The image was specified using the ${str(source.media_type)} media type, but the image appears to be a ${seen} image`;
      }),
  },
  ...CONTENT_RULES,
  {
    // Docs, prompt caching: up to 4 cache breakpoints.
    name: "at-most-4-cache-breakpoints",
    check: ({ body }) => {
      const count = countCacheControl([body.system, body.messages, body.tools]);
      return say(
        count > 4
          ? `A maximum of 4 blocks with cache_control may be provided. Found ${count}.`
          : null,
      );
    },
  },
  {
    name: "declared-tool-names",
    check: ({ body }) => {
      const seen = new Set<string>();
      for (const [at, tool] of objs(body.tools).entries()) {
        const name = str(tool.name) ?? "";
        if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name)) {
          return say(`tools.${at}.custom.name: String should match pattern '${TOOL_NAME}'`);
        }
        if (seen.has(name)) return say("tools: Tool names must be unique.");
        seen.add(name);
      }
      return null;
    },
  },
  {
    name: "thinking-needs-room",
    check: ({ body }) => {
      const thinking = obj(body.thinking);
      if (thinking.type !== "enabled") return null;
      const budget = Number(thinking.budget_tokens);
      if (!(budget >= 1024)) {
        return say("thinking.enabled.budget_tokens: Input should be greater than or equal to 1024");
      }
      return say(
        budget < Number(body.max_tokens)
          ? null
          : "`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size",
      );
    },
  },
];

function countCacheControl(value: unknown): number {
  if (Array.isArray(value)) {
    return value.reduce((sum: number, item: unknown) => sum + countCacheControl(item), 0);
  }
  if (!isObj(value)) return 0;
  const own = isObj(value.cache_control) ? 1 : 0;
  return own + countCacheControl(value.content);
}
