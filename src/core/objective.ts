export type Direction = 'min' | 'max';

/** A named quantity that the study minimises or maximises; the name is that of an oracle metric. */
export interface Objective {
  readonly metric: string;
  readonly direction: Direction;
}
