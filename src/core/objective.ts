export type Direction = 'min' | 'max';

/** A named quantity that the study minimises or maximises; the name is that of an oracle metric. */
export interface Objective {
  readonly metric: string;
  readonly direction: Direction;
}

/** The objective values turned so that smaller is better: those to maximise change their sign. */
export function losses(values: readonly number[], objectives: readonly Objective[]): number[] {
  return values.map((value, i) => (objectives[i]?.direction === 'max' ? -value : value));
}
