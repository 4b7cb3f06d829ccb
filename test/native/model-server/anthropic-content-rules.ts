/**
 * Anthropic's rules for documents, search results, citations, and what tools that run at Anthropic
 * leave in a conversation. Sources: platform.claude.com/docs (Messages API reference, PDF support,
 * search results, citations, server tools, MCP connector), and refusals quoted in issue threads.
 */
import { eachBlock, eachDeepBlock, rawMessages, say, turns } from "./anthropic-blocks.ts";
import { isBase64 } from "./image.ts";
import { arr, isObj, type Obj, obj, objs, str } from "./json.ts";
import type { Rule } from "./protocol.ts";

const RESULT_KEYS = ["type", "tool_use_id", "content", "cache_control", "caller"];

/** The keys of the blocks that server tools and the MCP connector leave behind. */
export const SERVER_BLOCK_KEYS: Record<string, string[]> = {
  server_tool_use: ["type", "id", "name", "input", "cache_control", "caller"],
  web_search_tool_result: RESULT_KEYS,
  web_fetch_tool_result: RESULT_KEYS,
  code_execution_tool_result: RESULT_KEYS,
  bash_code_execution_tool_result: RESULT_KEYS,
  text_editor_code_execution_tool_result: RESULT_KEYS,
  tool_search_tool_result: RESULT_KEYS,
  mcp_tool_use: ["type", "id", "name", "server_name", "input", "cache_control"],
  mcp_tool_result: ["type", "tool_use_id", "content", "is_error", "cache_control"],
  container_upload: ["type", "file_id", "cache_control"],
};

const SOURCES = ["base64", "content", "file", "text", "url"];

/** What each kind of citation must say, besides the words that are cited. */
const CITATIONS: Record<string, string[]> = {
  char_location: ["document_index", "start_char_index", "end_char_index"],
  page_location: ["document_index", "start_page_number", "end_page_number"],
  content_block_location: ["document_index", "start_block_index", "end_block_index"],
  web_search_result_location: ["url", "encrypted_index"],
  search_result_location: ["search_result_index", "source", "start_block_index", "end_block_index"],
};

const SERVER_RESULT = /^(?!mcp_)\w+_tool_result$/;

function documentFault(block: Obj, place: string): string | null {
  const source = obj(block.source);
  const type = str(source.type) ?? "";
  const at = `${place}.document.source`;
  if (!SOURCES.includes(type)) {
    return `${at}: Input tag '${type}' found using 'type' does not match any of the expected tags: '${SOURCES.join("', '")}'`;
  }
  if (type === "base64") return pdfFault(source, place);
  if (type === "text" && source.media_type !== "text/plain") {
    return `${at}.text.media_type: Input should be 'text/plain'`;
  }
  const field = { text: "data", url: "url", file: "file_id" }[type];
  if (field !== undefined) {
    return typeof source[field] === "string" ? null : `${at}.${type}.${field}: Field required`;
  }
  return contentFault(source.content, `${at}.content.content`);
}

function pdfFault(source: Obj, place: string): string | null {
  // langchain-ai/langchainjs#11156, danny-avila/LibreChat#14485.
  if (source.media_type !== "application/pdf") {
    return `${place}.document.source.base64.media_type: Input should be 'application/pdf'`;
  }
  const data = str(source.data) ?? "";
  const isPdf = isBase64(data) && Buffer.from(data, "base64").toString("latin1").includes("%PDF-");
  // anthropics/claude-code#5174.
  return isPdf ? null : `${place}.pdf.source.base64.data: The PDF specified was not valid.`;
}

/** A document of blocks holds texts and images. */
function contentFault(content: unknown, at: string): string | null {
  if (typeof content === "string") return null;
  if (!Array.isArray(content)) return `${at}: Field required`;
  const wrong = objs(content).findIndex(({ type }) => type !== "text" && type !== "image");
  return wrong < 0
    ? null
    : `${at}.${wrong}: Input tag '${str(objs(content)[wrong]?.type)}' found using 'type' does not match any of the expected tags: 'image', 'text'`;
}

function searchResultFault(block: Obj, place: string): string | null {
  const at = `${place}.search_result`;
  for (const key of ["source", "title"]) {
    if (typeof block[key] !== "string") return `${at}.${key}: Field required`;
  }
  if (arr(block.content).length === 0) return `${at}.content: Field required`;
  const isText = objs(block.content).every(({ type }) => type === "text");
  return isText ? null : `${at}.content: Input should be a list of text blocks`;
}

function citationFault(block: Obj, place: string): string | null {
  for (const [at, value] of arr(block.citations).entries()) {
    const citation = obj(value);
    const type = str(citation.type) ?? "";
    const spot = `${place}.text.citations.${at}`;
    const needed = CITATIONS[type];
    if (needed === undefined) {
      return `${spot}: Input tag '${type}' found using 'type' does not match any of the expected tags: '${Object.keys(CITATIONS).join("', '")}'`;
    }
    const absent = ["cited_text", ...needed].find((key) => citation[key] === undefined);
    if (absent !== undefined) return `${spot}.${type}.${absent}: Field required`;
  }
  return null;
}

/** Of every use its id and type, and of every result whose it is, in the order of the conversation. */
function serverBlocks(asked: Parameters<Rule["check"]>[0]) {
  return turns(asked).flatMap(({ role, blocks, places }, turn) =>
    role === "assistant"
      ? blocks.map((block, at) => ({ block, place: places[at] ?? "", turn }))
      : [],
  );
}

const takesCitations = (block: Obj): boolean =>
  block.type === "document" || block.type === "search_result";

export const CONTENT_RULES: Rule[] = [
  {
    name: "document-source",
    check: (asked) =>
      eachDeepBlock(asked, (block, place) =>
        block.type === "document" ? documentFault(block, place) : null,
      ),
  },
  {
    name: "search-result-fields",
    check: (asked) =>
      eachDeepBlock(asked, (block, place) =>
        block.type === "search_result" ? searchResultFault(block, place) : null,
      ),
  },
  {
    name: "container-upload-file",
    check: (asked) =>
      eachBlock(asked, (block, place) =>
        block.type === "container_upload" && typeof block.file_id !== "string"
          ? `${place}.container_upload.file_id: Field required`
          : null,
      ),
  },
  {
    // Of a document's own `citations` only whether they are enabled; a text's are what was cited.
    name: "citation-fields",
    check: (asked) =>
      eachBlock(asked, (block, place) =>
        block.type === "text" ? citationFault(block, place) : null,
      ),
  },
  {
    // Docs, citations: for all documents of a request, or for none of them.
    name: "citations-for-all-or-none",
    check: (asked) => {
      const enabled = rawMessages(asked)
        .flatMap(({ blocks }) => blocks.filter(takesCitations))
        .map(({ citations }) => obj(citations).enabled === true);
      const mixed = enabled.includes(true) && enabled.includes(false);
      return say(
        mixed ? "messages: citations must be enabled on all or none of the documents" : null,
      );
    },
  },
  {
    // ding113/claude-code-hub#470.
    name: "server-tool-use-id-pattern",
    check: (asked) =>
      eachBlock(asked, (block, place) =>
        block.type !== "server_tool_use" || /^srvtoolu_[a-zA-Z0-9_]+$/.test(str(block.id) ?? "")
          ? null
          : `${place}.server_tool_use.id: String should match pattern '^srvtoolu_[a-zA-Z0-9_]+$'`,
      ),
  },
  {
    name: "server-tool-use-fields",
    check: (asked) =>
      eachBlock(asked, (block, place) => {
        const type = str(block.type) ?? "";
        if (type !== "server_tool_use" && type !== "mcp_tool_use") return null;
        if (!isObj(block.input))
          return `${place}.${type}.input: Input should be a valid dictionary`;
        const names = type === "mcp_tool_use" ? ["id", "name", "server_name"] : ["name"];
        const absent = names.find((key) => typeof block[key] !== "string");
        return absent === undefined ? null : `${place}.${type}.${absent}: Field required`;
      }),
  },
  {
    // Its result is nothing that a client could make up: what was found comes back encrypted.
    name: "web-search-result-fields",
    check: (asked) =>
      eachBlock(asked, (block, place) => {
        if (block.type !== "web_search_tool_result") return null;
        for (const [at, hit] of arr(block.content).entries()) {
          const absent = ["title", "url", "encrypted_content"].find(
            (key) => typeof obj(hit)[key] !== "string",
          );
          if (absent !== undefined) {
            return `${place}.web_search_tool_result.content.${at}.${absent}: Field required`;
          }
        }
        return null;
      }),
  },
  {
    // Docs, server tools: the result comes after the call in the same turn.
    name: "server-result-after-its-use",
    check: (asked) => {
      const uses = new Set<unknown>();
      for (const { block, place } of serverBlocks(asked)) {
        const type = str(block.type) ?? "";
        if (type === "server_tool_use" || type === "mcp_tool_use") uses.add(block.id);
        const isResult = SERVER_RESULT.test(type) || type === "mcp_tool_result";
        if (!isResult || uses.has(block.tool_use_id)) continue;
        const use = type === "mcp_tool_result" ? "mcp_tool_use" : "server_tool_use";
        return say(
          `${place}: unexpected \`tool_use_id\` found in \`${type}\` blocks: ${str(block.tool_use_id)}. Each \`${type}\` block must have a corresponding \`${use}\` block before it.`,
        );
      }
      return null;
    },
  },
  {
    // The last turn may be one that the API paused (docs: `pause_turn`), and code that calls the
    // client's tools has its result after theirs (docs: programmatic tool calling).
    name: "server-use-has-its-result",
    check: (asked) => {
      const blocks = serverBlocks(asked);
      const last = blocks.at(-1)?.turn;
      for (const { block, place, turn } of blocks) {
        if (block.type !== "server_tool_use" || turn === last) continue;
        if (blocks.some((other) => other.block.tool_use_id === block.id)) continue;
        return say(
          `${place}: \`${str(block.name)}\` tool use with id \`${str(block.id)}\` was found without a corresponding \`${resultOf(block)}\` block`,
        );
      }
      return null;
    },
  },
];

function resultOf({ name }: Obj): string {
  const tool = /^tool_search_tool_/.test(str(name) ?? "") ? "tool_search" : (str(name) ?? "");
  return `${tool}_tool_result`;
}
