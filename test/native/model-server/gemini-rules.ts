import { isBase64 } from "./image.ts";
import { arr, isObj, type Obj, obj, objs, str } from "./json.ts";
import type { Asked, Rule, Violation } from "./protocol.ts";

/**
 * The published request rules of Gemini's generateContent, in the order in which they are looked at.
 * Sources: ai.google.dev/gemini-api/docs (function calling, thought signatures) and refusals quoted in issue threads.
 */

/** Exactly one of these makes a part. */
const DATA = [
  "text",
  "inlineData",
  "fileData",
  "functionCall",
  "functionResponse",
  "executableCode",
  "codeExecutionResult",
  "toolCall",
  "toolResponse",
];
const BESIDE = ["thought", "thoughtSignature", "videoMetadata", "mediaResolution", "partMetadata"];

/** The two values that the documentation allows for calls that Gemini did not make (history from another model). */
const SKIP_SIGNATURE = ["skip_thought_signature_validator", "context_engineering_is_the_way_to_go"];

interface Content {
  role: string;
  parts: Obj[];
  index: number;
}

/** Protobuf's JSON takes snake_case names too. */
function camel(part: Obj): Obj {
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

const requestOf = (asked: Asked): Obj =>
  isObj(asked.body.request) ? asked.body.request : asked.body;

function contents(asked: Asked): Content[] {
  return objs(requestOf(asked).contents).map((content, index) => ({
    role: str(content.role) ?? "user",
    parts: objs(content.parts).map(camel),
    index,
  }));
}

const calls = (content: Content | undefined): Obj[] =>
  (content?.parts ?? []).map((part) => part.functionCall).filter(isObj);
const responses = (content: Content | undefined): Obj[] =>
  (content?.parts ?? [])
    .map((part) => part.functionResponse)
    .filter(isObj)
    .filter((response, at, all) => !isRepeated(response, all.slice(0, at)));

/**
 * Gemini CLI 0.61.0 stores each result of its own tools twice, and sends both after a resume [run],
 * four of each after the next; google-gemini/gemini-cli#16437 and others tell of refusals. So that
 * sessions that it recorded itself can be tried at all, a response that is the same to the letter
 * counts once: but only to calls that the CLI itself has numbered, by name and time. One that came
 * from elsewhere is refused.
 */
function isRepeated(response: Obj, before: readonly Obj[]): boolean {
  const id = str(response.id) ?? "";
  if (!/^[A-Za-z0-9_.:-]+_\d{13}_\d+$/.test(id)) return false;
  const text = JSON.stringify(response);
  return before.some((other) => JSON.stringify(other) === text);
}

function eachPart(
  asked: Asked,
  look: (part: Obj, place: string, content: Content) => string | null,
): Violation | null {
  for (const content of contents(asked)) {
    for (const [at, part] of content.parts.entries()) {
      const message = look(part, `contents[${content.index}].parts[${at}]`, content);
      if (message !== null) return { message };
    }
  }
  return null;
}

function eachContent(asked: Asked, look: (content: Content, before?: Content) => string | null) {
  const all = contents(asked);
  for (const [at, content] of all.entries()) {
    const message = look(content, all[at - 1]);
    if (message !== null) return { message };
  }
  return null;
}

function isGemini3(asked: Asked): boolean {
  const model = /models\/([^:/]+):/.exec(asked.url)?.[1] ?? str(asked.body.model) ?? "";
  return /gemini-([3-9]|\d\d)/.test(model);
}

/** The contents since the last user message that is more than function responses: the turn still continuing. */
function currentTurn(asked: Asked): Content[] {
  const all = contents(asked);
  const start = all.findLastIndex(
    (content) =>
      content.role === "user" && content.parts.some((part) => part.functionResponse === undefined),
  );
  return all.slice(start + 1);
}

const signatureOf = (part: Obj): string | undefined => str(part.thoughtSignature);

export const geminiRules: Rule[] = [
  {
    name: "contents-present",
    check: (asked) =>
      contents(asked).length > 0
        ? null
        : { message: "* GenerateContentRequest.contents: contents is not specified\n" },
  },
  {
    name: "known-role",
    check: (asked) =>
      eachContent(asked, ({ role }) =>
        ["user", "model", "function"].includes(role)
          ? null
          : "Please use a valid role: user, model.",
      ),
  },
  {
    name: "parts-not-empty",
    check: (asked) =>
      eachContent(asked, ({ parts, index }) =>
        parts.length > 0
          ? null
          : `* GenerateContentRequest.contents[${index}].parts: contents.parts must not be empty.\n`,
      ),
  },
  {
    name: "known-part-field",
    check: (asked) =>
      eachPart(asked, (part, place) => {
        const odd = Object.keys(part).find((key) => !DATA.includes(key) && !BESIDE.includes(key));
        return odd === undefined
          ? null
          : `Invalid JSON payload received. Unknown name "${odd}" at '${place}': Cannot find field.`;
      }),
  },
  {
    // genkit-ai/genkit#3816, router-for-me/CLIProxyAPI#1292: an empty text counts as no data
    name: "part-has-data",
    check: (asked) =>
      eachPart(asked, (part, place) => {
        const has = DATA.some((key) => part[key] !== undefined && part[key] !== "");
        return has || signatureOf(part) !== undefined
          ? null
          : `* GenerateContentRequest.${place}.data: required oneof field 'data' must have one initialized field\n`;
      }),
  },
  {
    name: "part-has-one-datum",
    check: (asked) =>
      eachPart(asked, (part, place) => {
        const [first, second] = DATA.filter((key) => part[key] !== undefined);
        return first !== undefined && second !== undefined
          ? `Invalid value at '${place}' (oneof), oneof field 'data' is already set. Cannot set '${second}'`
          : null;
      }),
  },
  {
    name: "inline-data",
    check: (asked) =>
      eachPart(asked, (part, place) => {
        if (part.inlineData === undefined) return null;
        const blob = camel(obj(part.inlineData));
        if (!str(blob.mimeType)) {
          return `* GenerateContentRequest.${place}.inline_data.mime_type: must not be empty\n`;
        }
        const data = str(blob.data) ?? "";
        return isBase64(data)
          ? null
          : `Invalid value at '${place}.inline_data.data' (TYPE_BYTES), Base64 decoding failed for "${data.slice(0, 40)}"`;
      }),
  },
  {
    name: "function-call-name",
    check: (asked) =>
      eachPart(asked, (part, place) => {
        const call = part.functionCall ?? part.functionResponse;
        if (!isObj(call) || str(call.name)) return null;
        const kind = part.functionCall ? "function_call" : "function_response";
        return `* GenerateContentRequest.${place}.${kind}.name: Name cannot be empty.\n`;
      }),
  },
  {
    name: "function-args-are-struct",
    check: (asked) =>
      eachPart(asked, (part, place) => {
        const args = obj(part.functionCall).args;
        return args === undefined || isObj(args)
          ? null
          : `Invalid value at '${place}.function_call.args' (type.googleapis.com/google.protobuf.Struct), ${JSON.stringify(args)}`;
      }),
  },
  {
    name: "function-response-is-struct",
    check: (asked) =>
      eachPart(asked, (part, place) => {
        if (!isObj(part.functionResponse)) return null;
        const { response } = part.functionResponse;
        return isObj(response)
          ? null
          : `Invalid value at '${place}.function_response.response' (type.googleapis.com/google.protobuf.Struct), ${JSON.stringify(response)}`;
      }),
  },
  {
    name: "function-call-after-user",
    check: (asked) =>
      eachContent(asked, (content, before) => {
        if (calls(content).length === 0) return null;
        return content.role === "model" && before !== undefined && before.role !== "model"
          ? null
          : "Please ensure that function call turn comes immediately after a user turn or after a function response turn.";
      }),
  },
  {
    // GoogleCloudPlatform/generative-ai#368
    name: "function-response-after-call",
    check: (asked) =>
      eachContent(asked, (content, before) =>
        responses(content).length > 0 && calls(before).length === 0
          ? "Please ensure that function response turn comes immediately after a function call turn."
          : null,
      ),
  },
  {
    // google-gemini/gemini-cli#4217, #16543
    name: "as-many-responses-as-calls",
    check: (asked) => {
      const all = contents(asked);
      for (const [at, content] of all.entries()) {
        const wanted = calls(content).length;
        if (wanted > 0 && responses(all[at + 1]).length !== wanted) {
          return {
            message:
              "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.",
          };
        }
      }
      return null;
    },
  },
  {
    name: "response-names-match-calls",
    check: (asked) =>
      eachContent(asked, (content, before) => {
        const names = responses(content).map((response) => str(response.name) ?? "");
        if (names.length === 0) return null;
        const called = calls(before).map((call) => str(call.name) ?? "");
        // The API's own words for this are not published.
        return [...names].sort().join() === [...called].sort().join()
          ? null
          : "Please ensure that the function response name matches the function call name.";
      }),
  },
  {
    // ai.google.dev/gemini-api/docs/thought-signatures; continuedev/continue#8785
    name: "thought-signature-present",
    check: (asked) => {
      if (!isGemini3(asked)) return null;
      for (const content of currentTurn(asked)) {
        const first = content.parts.find((part) => part.functionCall !== undefined);
        if (!first || signatureOf(first) !== undefined) continue;
        return {
          message: `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${str(obj(first.functionCall).name)}\` , position ${content.index + 1}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`,
        };
      }
      return null;
    },
  },
  {
    name: "thought-signature-own",
    check: (asked, minted) =>
      eachPart(asked, (part, place) => {
        const signature = signatureOf(part);
        if (signature === undefined || SKIP_SIGNATURE.includes(signature)) return null;
        if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(signature)) {
          return `Invalid value at '${place}.thought_signature' (TYPE_BYTES), Base64 decoding failed for "${signature.slice(0, 40)}"`;
        }
        const name = str(obj(part.functionCall).name) ?? "";
        return minted.isThoughtSignature(signature, name) ? null : "Corrupted thought signature.";
      }),
  },
  {
    name: "declared-function-names",
    check: (asked) => {
      const tools = objs(requestOf(asked).tools);
      for (const [at, tool] of tools.entries()) {
        for (const [nth, declared] of arr(tool.functionDeclarations).entries()) {
          const name = str(obj(declared).name) ?? "";
          if (/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/.test(name)) continue;
          return {
            message: `* GenerateContentRequest.tools[${at}].function_declarations[${nth}].name: Invalid function name. Must start with a letter or an underscore. Must be alphameric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 128.\n`,
          };
        }
      }
      return null;
    },
  },
];
