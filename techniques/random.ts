import { defineTechnique } from 'supersam/kit';

/** Uniform random search over the legal configurations (Bergstra and Bengio, 2012): the baseline of every comparison. */
export default defineTechnique({
  name: 'random',
  description: 'independent random configurations; the baseline (Bergstra and Bengio, 2012)',
  options: {},
  create: () => ({
    init: () => null,
    ask: (state: null, count, { space, rng }) => [Array.from({ length: count }, () => space.sample(rng)), state],
    tell: (state) => state,
  }),
});
