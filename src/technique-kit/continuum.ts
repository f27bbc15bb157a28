import type { Feature } from '../core/space.js';

/** A number between any two of whose values there is another. */
export const isContinuum = ({ kind, cardinality }: Feature): boolean =>
  kind === 'numeric' && !Number.isFinite(cardinality);
