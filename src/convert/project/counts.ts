/** Counts of what was sent. */
export interface Counts {
  messages: number;
  toolCalls: number;
  toolResults: number;
  reasoning: number;
  images: number;
  documents: number;
}

export const NO_COUNTS: Counts = {
  messages: 0,
  toolCalls: 0,
  toolResults: 0,
  reasoning: 0,
  images: 0,
  documents: 0,
};
