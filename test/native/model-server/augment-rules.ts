import { isBase64, sniffImage } from "./image.ts";
import { arr, isObj, type Obj, obj, objs, parseJson, str } from "./json.ts";
import type { Asked, Rule, Violation } from "./protocol.ts";

/**
 * What Augment's API is given by its own CLI (0.36.0), which nothing is published about: what that CLI never sends is
 * refused, and so is what the APIs of the models behind it refuse (a result without its call, an id twice, another
 * vendor's sealed reasoning).
 */

interface Exchange {
  at: string;
  request: Obj[];
  response: Obj[];
}

function history({ body }: Asked): Exchange[] {
  return objs(body.chat_history).map((exchange, at) => ({
    at: `chat_history[${at}]`,
    request: objs(exchange.request_nodes),
    response: objs(exchange.response_nodes),
  }));
}

/** What is asked now is the newest exchange, without an answer. */
function exchanges(asked: Asked): Exchange[] {
  return [...history(asked), { at: "", request: objs(asked.body.nodes), response: [] }];
}

/**
 * For a summary the CLI asks in words of its own, in silence, and puts what it was about to ask at the end
 * of the history.
 */
const isForSummary = ({ body }: Asked): boolean =>
  body.silent === true && Boolean(str(body.message));

const place = (at: string, key: string, nth: number): string =>
  at === "" ? `nodes[${nth}]` : `${at}.${key}[${nth}]`;

function eachNode(
  asked: Asked,
  look: (node: Obj, at: string, side: "request" | "response") => Violation | null,
): Violation | null {
  for (const { at, request, response } of exchanges(asked)) {
    for (const [nth, node] of request.entries()) {
      const violation = look(node, place(at, "request_nodes", nth), "request");
      if (violation) return violation;
    }
    for (const [nth, node] of response.entries()) {
      const violation = look(node, place(at, "response_nodes", nth), "response");
      if (violation) return violation;
    }
  }
  return null;
}

const refused = (message: string): Violation => ({ message });

/** The kinds of node, and the key that holds what a node of the kind is of; "content" stands in the node itself. */
const REQUEST: Readonly<Record<number, string>> = {
  0: "text_node",
  1: "tool_result_node",
  2: "image_node",
  4: "ide_state_node",
  8: "file_node",
  10: "text_node",
};
const RESPONSE: Readonly<Record<number, string>> = { 0: "content", 5: "tool_use", 8: "thinking" };

/** Does a node of a request say anything? The state of the editor does not. */
const isSaid = ({ type }: Obj): boolean => type !== 4;

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const FORMATS = [undefined, "image/png", "image/jpeg", "image/gif", "image/webp"];

/** Of the image that a node holds; null where nothing is wrong with it. */
function checkImage({ image_data, format }: Obj, at: string): Violation | null {
  const data = str(image_data) ?? "";
  if (!isBase64(data)) return refused(`${at}: the image is no base64`);
  const type = typeof format === "number" ? FORMATS[format] : undefined;
  if (type === undefined) return refused(`${at}: unknown image format ${String(format)}`);
  return sniffImage(data) === type ? null : refused(`${at}: the image is not of type ${type}`);
}

export const augmentRules: Rule[] = [
  {
    name: "history-is-a-list",
    check: ({ body }) =>
      Array.isArray(body.chat_history) && Array.isArray(body.nodes)
        ? null
        : refused("chat_history and nodes must be lists"),
  },
  {
    name: "exchange-has-nodes",
    check: (asked) => {
      const all = arr(asked.body.chat_history);
      for (const [at, exchange] of all.entries()) {
        const { request_nodes, response_nodes } = obj(exchange);
        const isLast = at === all.length - 1 && isForSummary(asked);
        if (isLast && response_nodes === undefined && Array.isArray(request_nodes)) continue;
        if (!Array.isArray(request_nodes) || !Array.isArray(response_nodes)) {
          return refused(`chat_history[${at}]: request_nodes and response_nodes must be lists`);
        }
      }
      return null;
    },
  },
  {
    name: "known-node",
    check: (asked) =>
      eachNode(asked, (node, at, side) => {
        const key = (side === "request" ? REQUEST : RESPONSE)[Number(node.type)];
        if (key === undefined) return refused(`${at}: unknown node type ${String(node.type)}`);
        const held = node[key];
        return (key === "content" ? typeof held === "string" : isObj(held))
          ? null
          : refused(`${at}: a node of type ${String(node.type)} must have ${key}`);
      }),
  },
  {
    name: "exchange-not-empty",
    check: (asked) => {
      const before = history(asked);
      for (const { at, request, response } of before) {
        if (!request.some(isSaid)) return refused(`${at}: nothing is asked`);
        // The last may have no answer yet: such a history is what the CLI has summarized.
        const isLast = at === before.at(-1)?.at;
        if (response.length === 0 && !isLast) return refused(`${at}: nothing is answered`);
      }
      const isAsking = objs(asked.body.nodes).some(isSaid) || isForSummary(asked);
      return isAsking ? null : refused("nodes: nothing is asked");
    },
  },
  {
    name: "text-not-empty",
    check: (asked) =>
      eachNode(asked, (node, at, side) => {
        if (node.type !== 0) return null;
        const text = side === "request" ? obj(node.text_node).content : node.content;
        return typeof text === "string" && text !== "" ? null : refused(`${at}: the text is empty`);
      }),
  },
  {
    name: "image",
    check: (asked) =>
      eachNode(asked, (node, at) => {
        if (isObj(node.image_node)) return checkImage(node.image_node, at);
        for (const inner of objs(obj(node.tool_result_node).content_nodes)) {
          if (inner.type === 1 && typeof inner.text_content === "string") continue;
          if (inner.type !== 2) return refused(`${at}: unknown content node ${String(inner.type)}`);
          const violation = checkImage(obj(inner.image_content), at);
          if (violation) return violation;
        }
        return null;
      }),
  },
  {
    name: "file",
    check: (asked) =>
      eachNode(asked, ({ file_node }, at) => {
        if (!isObj(file_node)) return null;
        const { file_data, media_type } = file_node;
        if (media_type !== "application/pdf") return refused(`${at}: only PDF files are taken`);
        return isBase64(str(file_data) ?? "") ? null : refused(`${at}: the file is no base64`);
      }),
  },
  {
    name: "tool-use",
    check: (asked) =>
      eachNode(asked, ({ type, tool_use }, at) => {
        if (type !== 5) return null;
        const { tool_use_id, tool_name, input_json } = obj(tool_use);
        if (!str(tool_use_id)) return refused(`${at}: tool_use_id is missing`);
        if (!/^[a-zA-Z0-9_-]+$/.test(str(tool_use_id) ?? "")) {
          return refused(`${at}: tool_use_id must match ^[a-zA-Z0-9_-]+$`);
        }
        if (!NAME.test(str(tool_name) ?? "")) return refused(`${at}: tool_name is not valid`);
        return isObj(parseJson(str(input_json) ?? ""))
          ? null
          : refused(`${at}: input_json is no JSON object`);
      }),
  },
  {
    name: "tool-use-ids-unique",
    check: (asked) => {
      const seen = new Set<string>();
      return eachNode(asked, ({ type, tool_use }, at) => {
        if (type !== 5) return null;
        const id = str(obj(tool_use).tool_use_id) ?? "";
        if (seen.has(id)) return refused(`${at}: the tool_use_id ${id} comes twice`);
        seen.add(id);
        return null;
      });
    },
  },
  {
    name: "tool-result",
    check: (asked) =>
      eachNode(asked, ({ tool_result_node }, at) => {
        if (!isObj(tool_result_node)) return null;
        const { content, is_error } = tool_result_node;
        return typeof content === "string" && typeof is_error === "boolean"
          ? null
          : refused(`${at}: a result has a text as content, and says whether it is an error`);
      }),
  },
  {
    // A result stands in the request right after its call; one that is missing is the CLI's own doing, after it was
    // killed while a tool ran.
    name: "tool-result-follows-tool-use",
    check: (asked) => {
      let open = new Set<string>();
      for (const { at, request, response } of exchanges(asked)) {
        // A summary holds what came before it, the calls that are answered here as well.
        const isSummarized = request.some(({ type }) => type === 10);
        for (const [nth, { tool_result_node }] of request.entries()) {
          if (!isObj(tool_result_node) || isSummarized) continue;
          const id = str(tool_result_node.tool_use_id) ?? "";
          if (!open.delete(id)) {
            return refused(
              `${place(at, "request_nodes", nth)}: no tool_use with the id ${id} in the exchange before`,
            );
          }
        }
        const calls = response.filter(({ type }) => type === 5);
        open = new Set(calls.map(({ tool_use }) => str(obj(tool_use).tool_use_id) ?? ""));
      }
      return null;
    },
  },
  {
    name: "own-thinking",
    check: (asked, minted) => {
      return eachNode(asked, ({ type, thinking }, at, side) => {
        if (type !== 8 || side === "request") return null;
        const sealed = str(obj(thinking).encrypted_content) ?? "";
        return minted.openEncryptedContent(sealed) === null
          ? refused(`${at}: the encrypted content could not be verified`)
          : null;
      });
    },
  },
];
