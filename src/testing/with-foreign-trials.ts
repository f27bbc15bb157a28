import type { Json } from '../base/json.js';
import type { Technique } from '../core/technique.js';

type State = { readonly asks: number; readonly own: Json };

/**
 * The technique beside another searcher: a random configuration is proposed instead of being asked of the technique
 * whenever `isForeign(ask)`, asks counted from 0, and the technique is told of all.
 */
export function withForeignTrials(technique: Technique, isForeign: (ask: number) => boolean): Technique {
  const read = (state: Json) => state as unknown as State;
  const keep = (asks: number, own: Json): Json => ({ asks, own });
  return {
    name: 'shared',
    init: (context) => keep(0, technique.init(context)),
    ask(state, count, context) {
      const { asks, own } = read(state);
      if (isForeign(asks)) return [[context.space.sample(context.rng)], keep(asks + 1, own)];
      const [proposals, next] = technique.ask(own, count, context);
      return [proposals, keep(asks + 1, next)];
    },
    tell(state, trials, context) {
      const { asks, own } = read(state);
      const heard = trials.map((trial) => ({ ...trial, technique: trial.technique.replace(/^shared\//, '') }));
      return keep(asks, technique.tell(own, heard, context));
    },
    proposer(state) {
      const { asks, own } = read(state);
      if (isForeign(asks - 1)) return 'foreign';
      const part = technique.proposer?.(own);
      return part === undefined ? technique.name : `${technique.name}/${part}`;
    },
  };
}
