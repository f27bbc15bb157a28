import type { Objective } from '../../src/core/objective.js';
import type { Configuration } from '../../src/core/space.js';
import type { ParameterDefinition } from '../../src/search-space/definition.js';

/** How the axes of a test function are offered: `levels` even steps from end to end, or a continuum without it. */
export interface AxesOptions {
  readonly dimension?: number;
  readonly levels?: number;
}

/** The parameters x1, x2, … with one range each. */
export function axes(ranges: readonly (readonly [min: number, max: number])[], levels?: number): ParameterDefinition[] {
  return ranges.map(([min, max], i) => ({
    name: `x${i + 1}`,
    type: 'float',
    min,
    max,
    ...(levels === undefined ? {} : { step: (max - min) / (levels - 1) }),
  }));
}

/** x1, x2, … of a configuration. */
export function coordinatesOf(configuration: Configuration, dimension: number): number[] {
  return Array.from({ length: dimension }, (_, i) => configuration[`x${i + 1}`] as number);
}

/** All values of one axis: its levels, or `dense` even points of a continuum. */
export function valuesOf(min: number, max: number, levels: number | undefined, dense: number): number[] {
  const count = levels ?? dense;
  const step = (max - min) / (count - 1);
  return Array.from({ length: count }, (_, i) => Number((min + step * i).toPrecision(12)));
}

/** f1, f2, … to minimise. */
export function minimise(count: number): Objective[] {
  return Array.from({ length: count }, (_, i) => ({ metric: `f${i + 1}`, direction: 'min' as const }));
}

/** f1, f2, … by name. */
export function named(values: readonly number[]) {
  return Object.fromEntries(values.map((value, i) => [`f${i + 1}`, value]));
}
