/** What a program that is Segue, and no other, does with its process: signals, and what it may leave behind. */
export {
  abandon,
  catchSignals,
  heedSignals,
  onInterrupt,
} from "../io/interrupt.ts";
