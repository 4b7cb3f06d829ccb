import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * The secrets a vendor hands out with a model's reasoning and accepts back only if it made them itself.
 * Every secret is an HMAC, so a session recorded in one run still verifies in a later one.
 */
export class Mint {
  readonly #secret: string;

  constructor(secret = "segue-native-lab") {
    this.#secret = secret;
  }

  #mac(purpose: string, content: string): string {
    return createHmac("sha256", this.#secret).update(`${purpose}\0${content}`).digest("base64");
  }

  #same(purpose: string, content: string, mac: string): boolean {
    const expected = Buffer.from(this.#mac(purpose, content));
    const given = Buffer.from(mac);
    return expected.length === given.length && timingSafeEqual(expected, given);
  }

  /** A blob that carries its payload and proves where it was made. */
  #seal(purpose: string, payload: string): string {
    const body = Buffer.from(payload, "utf8").toString("base64url");
    return `${body}.${this.#mac(purpose, payload).replaceAll("+", "-").replaceAll("/", "_")}`;
  }

  #open(purpose: string, blob: string): string | null {
    const dot = blob.indexOf(".");
    if (dot < 0) return null;
    const payload = Buffer.from(blob.slice(0, dot), "base64url").toString("utf8");
    const mac = blob
      .slice(dot + 1)
      .replaceAll("-", "+")
      .replaceAll("_", "/");
    return this.#same(purpose, payload, mac) ? payload : null;
  }

  // Anthropic: the signature belongs to the very text of its thinking block.
  thinkingSignature(thinking: string): string {
    return this.#mac("anthropic-thinking", thinking);
  }

  isThinkingSignature(thinking: string, signature: string): boolean {
    return this.#same("anthropic-thinking", thinking, signature);
  }

  redactedThinking(hidden: string): string {
    return Buffer.from(this.#seal("anthropic-redacted", hidden)).toString("base64");
  }

  isRedactedThinking(data: string): boolean {
    return this.#open("anthropic-redacted", Buffer.from(data, "base64").toString("utf8")) !== null;
  }

  // OpenAI: the encrypted content belongs to one reasoning item id.
  reasoningId(): string {
    return freshId("rs_", 48);
  }

  encryptedContent(reasoningId: string): string {
    return `gAAAAA${this.#seal("openai-encrypted", reasoningId)}`;
  }

  /** The id of the reasoning item that the content was made for, or null for content from elsewhere. */
  openEncryptedContent(content: string): string | null {
    return content.startsWith("gAAAAA") ? this.#open("openai-encrypted", content.slice(6)) : null;
  }

  // Gemini: the signature belongs to a function name, or to a text part ("").
  thoughtSignature(functionName: string): string {
    const payload = `${functionName}\0${randomBytes(6).toString("hex")}`;
    return Buffer.from(this.#seal("gemini-thought", payload)).toString("base64");
  }

  isThoughtSignature(signature: string, functionName: string): boolean {
    const payload = this.#open("gemini-thought", Buffer.from(signature, "base64").toString("utf8"));
    return payload?.startsWith(`${functionName}\0`) ?? false;
  }
}

/** A random id in a vendor's style: a prefix and letters and digits. */
export function freshId(prefix: string, length = 24): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  let id = prefix;
  for (const byte of randomBytes(length)) id += alphabet[byte % alphabet.length] ?? "0";
  return id;
}
