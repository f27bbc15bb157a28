import type { Configuration, SearchSpace } from '../../core/space.js';

/**
 * Configurations along the diagonal of a space, from every parameter at its first value (the smallest subnet) to every
 * parameter at its last: a search that has measured them knows the whole range of sizes from the start.
 */
export function diagonal(space: SearchSpace, count: number): Configuration[] {
  return Array.from({ length: count }, (_, i) =>
    space.canonical(
      Object.fromEntries(
        space.parameters.map(({ name, values }) => {
          const last = (values?.length ?? 1) - 1;
          return [name, values?.[Math.round((i / (count - 1)) * last)] as boolean | number];
        }),
      ),
    ),
  );
}
