/** Long output for people: in a pager if there is a terminal, else directly to stdout. */
import { once } from "node:events";
import { type Out, pagerIn, withPager } from "../core/process.ts";
import { clearProgress } from "./terminal.ts";

/** `pager`: whether to use one. */
export async function paged(pager: boolean, work: (out: Out) => Promise<void>): Promise<void> {
  const { stdout, env } = process;
  clearProgress();
  const words = pager && stdout.isTTY ? pagerIn(env) : null;
  if (words) await withPager(words, env, work);
  else await work({ write: pourText });
}

/** Writes a text to stdout, at the reader's pace. */
async function pourText(text: string): Promise<boolean> {
  const more = process.stdout.write(text);
  if (!more) await once(process.stdout, "drain");
  return true;
}
