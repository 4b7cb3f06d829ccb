/** The progress of long reading, for one listener at a time. */
export type Progress = (done: number, total: number) => void;

let listener: Progress | null = null;

/** From now on, `heard` is called with the progress; null for nobody. */
export function watchReading(heard: Progress | null): void {
  listener = heard;
}

/** This many of the total bytes, or sessions, are read. */
export const tellReading: Progress = (done, total) => listener?.(done, total);
