/** What Mistral Vibe 3.x shows on its screen, for items that are added to what its model is sent. */
import { hash } from "node:crypto";
import { parseValue } from "../../lossless/json-text.ts";
import { isObject, listOf, member, string } from "../../session/json.ts";
import type { Json, JsonObject } from "../../session/types.ts";
import { wordsOf } from "./content.ts";
import { unwrap } from "./records.ts";

/** Entries of the projection for these items. `seed` makes ids that the session does not have yet. */
export function entriesFor(items: readonly string[], session: string, seed: string): JsonObject[] {
  return new Projection(session, seed).of(items);
}

class Projection {
  readonly #session: string;
  readonly #seed: string;
  readonly #results = new Map<string, JsonObject>();
  #n = 0;
  #turn = "";
  #input: string | null = null;

  constructor(session: string, seed: string) {
    this.#session = session;
    this.#seed = seed;
  }

  of(items: readonly string[]): JsonObject[] {
    const messages = items.flatMap((item) => {
      const stored = unwrap(parseValue(item) ?? null);
      return stored.kind === "item" ? [stored] : [];
    });
    for (const { message } of messages) {
      const callId = string(message.tool_call_id);
      if (callId !== undefined) this.#results.set(callId, message);
    }
    return messages.flatMap(({ message, item }) => {
      if (message.role === "user") return item.source === "injection" ? [] : [this.#user(message)];
      return message.role === "assistant"
        ? listOf(message.content).flatMap((part) => this.#part(part))
        : [];
    });
  }

  #user({ content }: JsonObject): JsonObject {
    this.#turn = `turn-${this.#digest("turn").slice(0, 32)}`;
    const id = `user-${this.#turn}-${this.#n}`;
    this.#input = id;
    const own = { content: content ?? [], role: "user", source: "turn_start", type: "message" };
    return this.#entry(id, own, null);
  }

  #part(part: Json): JsonObject[] {
    const outcome = { type: "committed" };
    switch (member(part, "type")) {
      case "text":
        return [
          this.#entry(`assistant-${this.#digest("text")}`, {
            content: [part],
            outcome,
            role: "assistant",
            source: "harness",
            type: "message",
          }),
        ];
      case "reasoning": {
        const text = wordsOf(member(part, "content"));
        const own = { outcome, summary: [], text, type: "reasoning" };
        return [this.#entry(`reasoning-${this.#digest("reasoning")}`, own)];
      }
      case "tool_call":
        return [this.#effect(part)];
      default:
        return [];
    }
  }

  #effect(call: Json): JsonObject {
    const result = this.#results.get(string(member(call, "id")) ?? "");
    const called = string(member(call, "name")) ?? "";
    const name = NAMES[called] ?? called;
    const isDone = result?.outcome !== "failure";
    const text = wordsOf(result?.content);
    const display = {
      message: name,
      settledMessage: name,
      settledVerb: "Ran",
      statusText: `Running ${name}`,
      summary: name,
      verb: "Running",
    };
    const value = member(member(call, "arguments"), "value");
    const input = called === "edit" ? editOf(value) : value;
    const told = parseValue(text);
    const output = {
      content: [{ text, type: "text" }],
      structured_content: isObject(told) ? told : { message: text },
      type: "success",
    };
    return this.#entry(`effect-${this.#digest("effect")}`, {
      detail: { display, input: isObject(input) ? input : {}, kind: "tool", toolName: name },
      state: {
        approvalSource: "bypass",
        approvalType: "always",
        decision: "execute",
        display: { message: name, success: isDone },
        output,
        outputText: text,
        status: "completed",
      },
      title: name,
      type: "effect",
    });
  }

  #entry(id: string, own: JsonObject, inputEntryId: string | null = this.#input): JsonObject {
    const at = Date.now();
    return {
      ...own,
      createdAt: at,
      generationStatus: "completed",
      id,
      inputEntryId,
      relatedEntryId: null,
      sessionId: this.#session,
      turnId: this.#turn || `turn-${this.#digest("turn").slice(0, 32)}`,
      updatedAt: at,
    };
  }

  #digest(kind: string): string {
    return hash("sha1", `${this.#session}\n${this.#seed}\n${kind}\n${this.#n++}`);
  }
}

/** The tools' inner names. */
const NAMES: { readonly [called: string]: string } = {
  bash: "file_system.bash",
  read_file: "file_system.read_file",
  write_file: "file_system.write_file",
  edit: "file_system.search_replace",
  todo: "vibe.todo",
};

function editOf(input: Json | undefined): JsonObject {
  const text = (key: string): string => string(member(input, key)) ?? "";
  const replace_all = member(input, "replace_all") === true;
  const content = [{ new_str: text("new_string"), old_str: text("old_string"), replace_all }];
  return { content, file_path: text("file_path") };
}
