import type { Json } from '../base/json.js';
import type { Technique } from '../core/technique.js';

/** What the engine has done for a study so far. Stored with the technique's state, so that a kill never miscounts. */
export type Meter = {
  readonly asked: number;
  readonly illegal: number;
  readonly repeated: number;
  readonly engineSeconds: number;
};
export type MeteredState = { readonly inner: Json; readonly meter: Meter };

/**
 * The same technique, its proposals counted: those that are illegal, those the study has measured already. It proposes
 * exactly what it would without.
 *
 * @param engineSeconds spent by this process on the study so far.
 */
export function meterTechnique(technique: Technique, engineSeconds: () => number): Technique<MeteredState> {
  const { proposer } = technique;
  const seen = new Set<string>();
  let before: number | undefined;
  /** The first call shows what earlier processes had spent. */
  const clock = (meter: Meter) => {
    before ??= meter.engineSeconds;
    return before + engineSeconds();
  };
  return {
    name: technique.name,
    init: (context) => ({
      inner: technique.init(context),
      meter: { asked: 0, illegal: 0, repeated: 0, engineSeconds: 0 },
    }),
    ask({ inner, meter }, count, context) {
      const { space, trials } = context;
      if (seen.size < trials.length) for (const { configuration } of trials) seen.add(space.key(configuration));
      const [proposals, next] = technique.ask(inner, count, context);
      let { illegal, repeated } = meter;
      const taken = proposals.slice(0, count);
      for (const proposal of taken) {
        const key = space.isLegal(proposal) ? space.key(space.canonical(proposal)) : undefined;
        if (key === undefined) illegal++;
        else if (seen.has(key)) repeated++;
        else seen.add(key);
      }
      const asked = meter.asked + taken.length;
      return [proposals, { inner: next, meter: { asked, illegal, repeated, engineSeconds: clock(meter) } }];
    },
    tell: ({ inner, meter }, trials, context) => ({
      inner: technique.tell(inner, trials, context),
      meter: { ...meter, engineSeconds: clock(meter) },
    }),
    ...(proposer === undefined ? {} : { proposer: ({ inner }: MeteredState) => proposer(inner) }),
  };
}
