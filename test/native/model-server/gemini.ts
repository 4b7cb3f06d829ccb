import { geminiRules } from "./gemini-rules.ts";
import { isObj, type Obj, obj, objs, str } from "./json.ts";
import { freshId, type Mint } from "./mint.ts";
import type { Asked, Protocol, Reply, Violation } from "./protocol.ts";
import { callFor, type DeclaredTool, type Step } from "./script.ts";

/** Gemini: POST …:generateContent and …:streamGenerateContent (the Code Assist form, which wraps the request, too). */
export const gemini: Protocol = {
  id: "gemini",
  handles: (method, path) => method === "POST" && /:(stream)?generateContent$/i.test(path),
  tools: declaredTools,
  rules: geminiRules,
  refusal,
  answer,
};

function declaredTools(asked: Asked): DeclaredTool[] {
  const tools = objs(obj(asked.body.request).tools ?? asked.body.tools);
  return tools
    .flatMap((tool) => objs(tool.functionDeclarations ?? tool.function_declarations))
    .map((declared) => ({
      name: str(declared.name) ?? "",
      kind: "function",
      schema: obj(declared.parametersJsonSchema ?? declared.parameters),
    }));
}

function refusal(violation: Violation): Reply {
  const code = violation.status ?? 400;
  const status = violation.code ?? "INVALID_ARGUMENT";
  return {
    kind: "json",
    status: code,
    body: { error: { code, message: violation.message, status } },
  };
}

function answer(step: Step, asked: Asked, minted: Mint): Reply {
  const wrapped = isObj(asked.body.request);
  const wantsJson =
    obj(asked.body.generationConfig).responseMimeType === "application/json" &&
    declaredTools(asked).length === 0;
  const parts = wantsJson ? [{ text: "{}" }] : partsFor(step, declaredTools(asked), minted);
  const head = {
    usageMetadata: {
      promptTokenCount: 1200,
      candidatesTokenCount: 80,
      totalTokenCount: 1280,
      cachedContentTokenCount: 300,
      thoughtsTokenCount: 10,
    },
    modelVersion: /models\/([^:/]+):/.exec(asked.url)?.[1] ?? str(asked.body.model) ?? "gemini",
    responseId: freshId("", 22),
  };
  const chunk = (some: Obj[], finishReason?: string): Obj => {
    const candidate: Obj = { content: { role: "model", parts: some }, index: 0 };
    if (finishReason !== undefined) candidate.finishReason = finishReason;
    const whole = { candidates: [candidate], ...head };
    return wrapped ? { response: whole } : whole;
  };
  if (!/streamGenerateContent/i.test(asked.url)) {
    return { kind: "json", status: 200, body: chunk(parts, "STOP") };
  }
  const events = parts.map((part, at) => ({
    data: chunk([part], at === parts.length - 1 ? "STOP" : undefined),
  }));
  return { kind: "events", events };
}

/** In parallel calls only the first call carries the thought signature (ai.google.dev/gemini-api/docs/thought-signatures). */
function partsFor(step: Step, tools: DeclaredTool[], minted: Mint): Obj[] {
  const parts: Obj[] = [];
  if (step.thinking !== undefined) parts.push({ text: step.thinking, thought: true });
  if (step.text !== undefined) parts.push({ text: step.text });
  (step.tools ?? []).forEach((spec, at) => {
    const { name, input } = callFor(spec, tools);
    const part: Obj = { functionCall: { name, args: input } };
    if (at === 0) part.thoughtSignature = minted.thoughtSignature(name);
    parts.push(part);
  });
  return parts.length > 0 ? parts : [{ text: "" }];
}
