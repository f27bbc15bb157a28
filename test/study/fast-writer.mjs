// Writes trials as fast as it can until it is ended: node fast-writer.mjs DB

import { createStudy, openSqliteStore, space } from 'supersam';

const store = openSqliteStore(process.argv[2]);
const random = {
  name: 'random',
  init: () => null,
  ask: (state, count, context) => [Array.from({ length: count }, () => context.space.sample(context.rng)), state],
  tell: (state) => state,
};
const study = await createStudy({
  name: 's',
  space: space('line').float('x', 0, 1).compile(),
  technique: random,
  objectives: [
    { metric: 'up', direction: 'min' },
    { metric: 'down', direction: 'max' },
  ],
  seed: 1,
  store,
});
for (let i = 0; ; i++) {
  for (const { number, configuration } of study.ask()) {
    study.tell(number, { up: configuration.x, down: 1 - configuration.x, extra: i });
  }
  if (i === 0) process.stdout.write('writing\n');
}
