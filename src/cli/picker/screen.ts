/** Takes over the terminal for a while, and restores it. */

import { openSync } from "node:fs";
import { createInterface, emitKeypressEvents } from "node:readline";
import { PassThrough } from "node:stream";
import { ReadStream, type WriteStream } from "node:tty";
import { onInterrupt } from "../../core/process.ts";
import type { Key, Screenful, Size } from "./types.ts";

// The alternate screen, no wrapping at its edge, and bracketed paste.
const ENTER = "\x1b[?1049h\x1b[?7l\x1b[?2004h\x1b[2J";
const LEAVE = "\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[0m\x1b[?1049l";

/** How long to wait after Esc for the rest of another key's sequence. */
const ESCAPE_MS = 60;

interface Pressed {
  name?: string;
  ctrl?: boolean;
  shift?: boolean;
  meta?: boolean;
  sequence?: string;
}

export class Screen {
  #in: ReadStream;
  readonly #out: WriteStream;
  readonly #release: () => void;
  #shown: string[] = [];
  #pasting = false;
  #isOpen = true;
  #pressed: (key: Key) => void = () => {};
  readonly #onKey = (text: string | undefined, pressed: Pressed): void => this.#take(text, pressed);
  readonly #onGone = (): void => this.#pressed({ name: "c", ctrl: true, text: "" });
  readonly #onResize = (): void => {
    this.#shown = [];
    this.#out.write("\x1b[2J");
    this.#resized();
  };
  #resized: () => void = () => {};

  constructor(output: WriteStream) {
    this.#out = output;
    this.#release = onInterrupt(() => this.leave());
    this.#in = this.#enter();
  }

  #enter(): ReadStream {
    const input = keyboard();
    // Only its timeout for Esc is used.
    const patience = createInterface({ input: new PassThrough(), escapeCodeTimeout: ESCAPE_MS });
    emitKeypressEvents(input, patience);
    input.setRawMode(true);
    input.on("keypress", this.#onKey);
    // The terminal itself is gone: treated as if the user had left.
    input.once("error", this.#onGone).once("end", this.#onGone);
    this.#out.write(ENTER);
    return input;
  }

  on(handlers: { key(key: Key): void; resize(): void }): void {
    this.#pressed = handlers.key;
    this.#resized = handlers.resize;
    this.#out.on("resize", this.#onResize);
    this.#in.resume();
  }

  get size(): Size {
    return { columns: this.#out.columns || 80, rows: this.#out.rows || 24 };
  }

  /** Only changed lines are sent. */
  draw({ lines, cursor }: Screenful): void {
    if (!this.#isOpen) return;
    let text = "\x1b[?25l";
    for (let i = 0; i < Math.max(lines.length, this.#shown.length); i++) {
      const line = lines[i] ?? "";
      if (line !== this.#shown[i]) text += `\x1b[${i + 1};1H\x1b[K${line}`;
    }
    if (cursor) text += `\x1b[${cursor.row};${cursor.column}H\x1b[?25h`;
    this.#shown = lines;
    this.#out.write(text);
  }

  /** Asks the terminal to copy a text to the clipboard: OSC 52, which also works over ssh. */
  copy(text: string): void {
    if (!this.#isOpen) return;
    this.#out.write(`\x1b]52;c;${Buffer.from(text).toString("base64")}\x07`);
  }

  leave(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#release();
    this.#close();
  }

  /** Another program uses the terminal during `work`; then it is ours again. */
  async aside<T>(work: () => Promise<T>): Promise<T> {
    this.#isOpen = false;
    this.#close();
    try {
      return await work();
    } finally {
      this.#isOpen = true;
      this.#shown = [];
      this.#in = this.#enter();
      this.#out.on("resize", this.#onResize);
      this.#in.resume();
    }
  }

  #close(): void {
    this.#in.off("keypress", this.#onKey);
    this.#in.off("error", this.#onGone).off("end", this.#onGone);
    this.#out.off("resize", this.#onResize);
    this.#in.setRawMode(false);
    // If it is stdin itself, it cannot be opened again.
    if (this.#in === process.stdin) this.#in.pause();
    else this.#in.destroy();
    this.#out.write(LEAVE);
  }

  #take(
    text: string | undefined,
    { name = "", ctrl = false, shift = false, meta = false, sequence }: Pressed,
  ): void {
    if (name === "paste-start" || name === "paste-end") {
      this.#pasting = name === "paste-start";
      return;
    }
    // A pasted newline is not Enter.
    if (this.#pasting) {
      const typed = (text ?? sequence ?? "").replace(/\s/g, " ");
      this.#pressed({ name: "", ctrl: false, text: isText(typed) ? typed : "" });
      return;
    }
    const typed = text !== undefined && isText(text) && !ctrl && !meta ? text : "";
    this.#pressed({ name: meta && name !== "escape" ? "" : name, ctrl, shift, text: typed });
  }
}

/**
 * The terminal, opened again: a stream on our own stdin would leave it non-blocking, and the agent
 * that inherits it would find it empty.
 */
function keyboard(): ReadStream {
  return process.platform === "win32" ? process.stdin : new ReadStream(openSync("/dev/tty", "r"));
}

function isText(text: string): boolean {
  return text !== "" && !/\p{Cc}/u.test(text);
}
