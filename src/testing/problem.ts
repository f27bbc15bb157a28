import type { Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';

/** A search space and what measures it: `error` to be made small, `yield` to be made large. */
export interface Problem {
  readonly space: SearchSpace;
  readonly oracle: Oracle;
}
