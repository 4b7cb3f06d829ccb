/** How far long reading is, for whoever wants to know; one listener at a time. */
export type Progress = (done: number, total: number) => void;

let listener: Progress | null = null;

/** From now on `heard` is told how far reading is; null for nobody. */
export function watchReading(heard: Progress | null): void {
  listener = heard;
}

/** So many of so many bytes, or sessions, are read. */
export const tellReading: Progress = (done, total) => listener?.(done, total);
