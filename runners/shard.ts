/** Which part of the cases is carried out: the `index`th, from 1, of `count`. */
export interface Part {
  readonly index: number;
  readonly count: number;
}

/** Whether what stands at a place, from 0, belongs to a part; without one everything does. */
export const inPart =
  (part: Part | undefined) =>
  (_: unknown, at: number): boolean =>
    part === undefined || at % part.count === part.index - 1;
