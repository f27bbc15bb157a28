import type { Configuration, Value } from '../core/space.js';
import { type CompiledParameter, type Draft, lookupIn } from './compile-parameters.js';

export interface WalkOptions {
  /** True when what is set so far, `index` last, cannot become legal. */
  isBroken(draft: Draft, index: number): boolean;
  /** Puts the values of a parameter in the order to try; without it they come in their own order. */
  order?(values: readonly Value[]): readonly Value[];
  /** Ends the walk after this many values tried. */
  readonly limit?: number;
}

/**
 * All configurations of finite parameters in canonical form, depth first in the order of declaration, leaving out
 * branches as soon as they are broken.
 */
export function* walkConfigurations(
  parameters: readonly CompiledParameter[],
  { isBroken, order, limit = Infinity }: WalkOptions,
): Generator<Configuration> {
  let tried = 0;
  const draft: Draft = {};
  yield* from(0);

  function* from(index: number): Generator<Configuration> {
    const parameter = parameters[index];
    if (parameter === undefined) return void (yield { ...draft });
    if (parameter.when !== undefined && !parameter.when.holds(lookupIn(draft))) return void (yield* from(index + 1));
    const all = parameter.domain.all();
    for (const value of order === undefined ? all : order([...all])) {
      if (++tried > limit) break;
      draft[parameter.name] = value;
      if (!isBroken(draft, index)) yield* from(index + 1);
    }
    delete draft[parameter.name];
  }
}
