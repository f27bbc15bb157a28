import { type Configuration, defineTechnique, findTrial, type SearchSpace } from 'supersam/kit';

/** How many cells of the order are behind, and where in the order the study began, from 0 to 1. */
type State = { visited: number; offset: number };

/** Spaces of up to this many configurations are listed and visited whole. */
const LISTED = 200_000n;
/** Cells looked at in one ask before it is given up for then: those measured before are passed over. */
const LOOKS = 500;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Grid search in a space-filling order. A finite space of at most 200,000 configurations is visited whole, each exactly
 * once, the next always the golden section of the list further on. A larger or continuous one is laid out as a
 * lattice: `levels` points on every axis of the unit cube, ends included; once through, the lattice is made twice as
 * fine, which keeps the old points. The seed says where in the order to begin. Offers nothing when nothing is left.
 */
export default defineTechnique({
  name: 'grid',
  description: 'all configurations in a space-filling order; a lattice where there are too many',
  options: {
    levels: { type: 'integer', default: 5, min: 2, max: 1025, description: 'points an axis of the first lattice' },
  },
  create({ levels }) {
    const listOf = memoize((space: SearchSpace) => {
      const size = space.size();
      return size === null || size > LISTED ? null : [...space.enumerate()];
    });
    return {
      init: ({ rng }): State => ({ visited: 0, offset: rng.float() }),

      ask({ visited, offset }: State, count, { space, rng, trials }) {
        const list = listOf(space);
        const proposals: Configuration[] = [];
        let next = visited;
        for (let look = 0; look < LOOKS && proposals.length < count; look++) {
          if (list !== null && next >= list.length) break;
          const cell =
            list === null
              ? space.fromUnit(latticePoint(next, space.unitDimension, levels, offset), rng)
              : (list[place(next, list.length, offset)] as Configuration);
          next++;
          if (findTrial(trials, cell) === undefined) proposals.push(cell);
        }
        return [proposals, { visited: next, offset }];
      },

      tell: (state) => state,
    };
  },
});

/**
 * The `step`-th point of the lattices, one after the other. The digits of the step to the base of a lattice's levels are
 * multiplied by a triangular matrix modulo that base, so that every axis changes from the first step on, every cell
 * comes once, and any two axes soon show all pairs of levels (an orthogonal array; Bose, 1938).
 */
function latticePoint(step: number, dimension: number, levels: number, offset: number): number[] {
  let [left, across] = [step, levels];
  for (; left >= across ** dimension; across = 2 * across - 1) left -= across ** dimension;
  const digits: number[] = [];
  for (; left > 0; left = Math.floor(left / across)) digits.push(left % across);
  return Array.from({ length: dimension }, (_, axis) => {
    const shift = Math.floor(part(offset + (axis + 1) * Math.SQRT2) * across);
    const place = digits.reduce((sum, digit, j) => sum + digit * factor(j, axis, across), shift);
    return (place % across) / (across - 1);
  });
}

/** Zero below the diagonal; on it and in the first row without a common divisor with the base. */
function factor(row: number, axis: number, base: number): number {
  if (row > axis) return 0;
  const spread = part((row + 1) * (axis + 1) * GOLDEN);
  if (row > 0 && row < axis) return Math.floor(spread * base);
  let unit = 1 + Math.floor(spread * (base - 1));
  while (divisor(unit, base) !== 1) unit--;
  return unit;
}

/** The place in a list that is visited at a step: every place once, the first steps far from each other. */
function place(step: number, places: number, offset: number): number {
  let stride = Math.max(1, Math.floor(GOLDEN * places));
  while (divisor(stride, places) !== 1) stride++;
  return (Math.floor(offset * places) + step * stride) % places;
}

const part = (x: number) => x - Math.floor(x);

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** The list is a function of the space: keeping it saves time and changes nothing. */
function memoize<Key extends object, Result>(work: (key: Key) => Result): (key: Key) => Result {
  const results = new WeakMap<Key, { readonly result: Result }>();
  return (key) => {
    const entry = results.get(key) ?? { result: work(key) };
    results.set(key, entry);
    return entry.result;
  };
}
