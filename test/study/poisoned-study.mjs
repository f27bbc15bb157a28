// Runs 12 trials, of which number 5 ends the process: node poisoned-study.mjs DB WORKERS

import { openSqliteStore, runStudy, space } from 'supersam';

const store = openSqliteStore(process.argv[2]);
await runStudy({
  name: 's',
  space: space('line').integer('x', 1, 100).compile(),
  oracle: {
    name: 'o',
    metrics: ['error'],
    fingerprint: async () => ({}),
    async measure({ x }, { trial }) {
      if (trial === 5) process.exit(7);
      // Others take long enough to be measured still when it does.
      await new Promise((resolve) => setTimeout(resolve, 20));
      return x;
    },
  },
  technique: {
    name: 'random',
    init: () => null,
    ask: (state, count, context) => [Array.from({ length: count }, () => context.space.sample(context.rng)), state],
    tell: (state) => state,
  },
  objectives: [{ metric: 'error', direction: 'min' }],
  seed: 1,
  store,
  resume: true,
  budget: { trials: 12 },
  workers: Number(process.argv[3]),
  onTrial: ({ failure }) => failure && console.log(`${failure.kind}: ${failure.message}`),
});
store.close();
