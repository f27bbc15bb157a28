// What overhead.mjs and growth.mjs time a trial of: twenty parameters of eight ordered values each, two objectives, and an oracle that
// takes next to nothing.
import { createTechnique, DEFAULT_TECHNIQUE, loadTechniques, space } from 'supersam';

export const wide = Array.from({ length: 20 }, (_, i) => `w${i}`)
  .reduce((builder, name) => builder.ordinal(name, [0, 1, 2, 3, 4, 5, 6, 7]), space('wide'))
  .compile();

const oracle = {
  name: 'sum',
  metrics: ['error', 'size'],
  fingerprint: async () => ({}),
  measure: async (configuration) => {
    const values = Object.values(configuration);
    const error = values.reduce((sum, value, i) => sum + (value - (i % 8)) ** 2, 0);
    return { state: 'complete', metrics: { error, size: values.reduce((sum, value) => sum + value) } };
  },
};

/** What a study of it is run with, technique, store and budget apart. */
export const wideStudy = {
  name: 's',
  space: wide,
  oracle,
  objectives: [
    { metric: 'error', direction: 'min' },
    { metric: 'size', direction: 'min' },
  ],
  seed: 1,
};

const registry = await loadTechniques([new URL('../../dist/techniques', import.meta.url).pathname]);
/** As for --technique: "default", "bandit:arms=random+greedy-mutation". */
export const techniqueOf = (text) => createTechnique(text === 'default' ? DEFAULT_TECHNIQUE : text, registry);

/** Processor time does not depend on what else the machine does. */
export function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
