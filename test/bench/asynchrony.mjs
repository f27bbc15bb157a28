// What many workers cost a search: node test/bench/asynchrony.mjs [TRIALS] [SEEDS] [WORKERS,…] [TECHNIQUE…]
//
// The engine itself searches ZDT1 of ten floats (two objectives) through an executor whose clock is simulated: a measurement
// takes log-normal seconds (median 60, sigma 1, so one in a hundred takes ten minutes), one in a hundred is lost, found out
// 30 s later and made again. The processor time that the engine takes to ask and tell passes on the same clock, so a slow
// engine leaves workers idle. `utilisation` is the share of the workers' time spent measuring, from the first job to the
// moment when no more are handed in; `hypervolume` (reference 1.1, 1.1; 0.8767 is all there is) what TRIALS (4000) reach.
// One line of JSON a technique and number of workers, means over SEEDS (3).

import { compileSpace, createMemoryStore, createRng, createTechnique, loadTechniques, runStudy } from 'supersam';
import { hypervolume } from '../../dist/src/pareto/hypervolume.js';

const [trials = '4000', seeds = '3', counts = '1,10,100,1000', ...given] = process.argv.slice(2);
const [MEDIAN, SIGMA, LOST, LEASE] = [60, 1, 0.01, 30];
const DIMENSIONS = 10;
const registry = await loadTechniques();
const names = Array.from({ length: DIMENSIONS }, (_, i) => `x${i}`);
const space = compileSpace({
  name: 'zdt1',
  parameters: names.map((name) => ({ name, type: 'float', min: 0, max: 1 })),
});
const objectives = ['f1', 'f2'].map((metric) => ({ metric, direction: 'min' }));

function measure(configuration) {
  const [f1, ...rest] = names.map((name) => configuration[name]);
  const g = 1 + (9 * rest.reduce((sum, x) => sum + x, 0)) / rest.length;
  return { f1, f2: g * (1 - Math.sqrt(f1 / g)) };
}

const seconds = (rng) => MEDIAN * Math.exp(SIGMA * rng.normal());

/** `slots` workers on a clock of their own. */
function simulate(slots, seed) {
  const rng = createRng('durations', seed, slots);
  /** When who measures is done, the next one last. */
  const ends = [];
  /** From when to when somebody measured. */
  const spans = [];
  let [now, lastHandedIn, delivered, engine] = [0, 0, 0, process.cpuUsage()];
  const pass = () => {
    const { user, system } = process.cpuUsage(engine);
    now += (user + system) / 1e6;
    engine = process.cpuUsage();
  };
  const put = (end) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle].at > end.at) low = middle + 1;
      else high = middle;
    }
    ends.splice(low, 0, end);
  };
  const clock = () => {
    const busy = spans.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, lastHandedIn) - from), 0);
    return { utilisation: busy / (slots * lastHandedIn), hours: now / 3600 };
  };
  return {
    clock,
    executor: {
      ...{ name: 'simulated', isIsolated: true, slots: () => slots },
      async submit({ trial, attempt, configuration }) {
        pass();
        let at = now;
        for (;;) {
          const took = seconds(rng);
          spans.push([at, at + took]);
          at += took;
          if (rng.float() >= LOST) break;
          at += LEASE;
        }
        lastHandedIn = now;
        put({
          at,
          delivery: {
            trial,
            attempt,
            outcome: { kind: 'measured', result: measure(configuration), seconds: at - now },
          },
        });
      },
      async next() {
        // Not before the engine has heard of the last one and has handed in what it makes room for.
        while (ends.length < Math.min(slots, Number(trials) - delivered)) await new Promise(setImmediate);
        pass();
        delivered++;
        const { at, delivery } = ends.pop();
        now = Math.max(now, at);
        return delivery;
      },
      ...{ cancel: async () => {}, close: async () => {} },
    },
  };
}

const mean = (numbers) => Number((numbers.reduce((a, b) => a + b, 0) / numbers.length).toPrecision(4));
for (const spec of given.length > 0 ? given : ['bandit', 'tpe', 'nsga2']) {
  for (const workers of counts.split(',').map(Number)) {
    const runs = [];
    for (let seed = 1; seed <= Number(seeds); seed++) {
      const { executor, clock } = simulate(workers, seed);
      const started = process.cpuUsage();
      const { front } = await runStudy({
        ...{ name: 's', space, executor, objectives, seed, technique: createTechnique(spec, registry) },
        oracle: { name: 'zdt1', metrics: ['f1', 'f2'], measure, fingerprint: async () => ({}) },
        ...{ store: createMemoryStore(), budget: { trials: Number(trials) } },
      });
      const { user, system } = process.cpuUsage(started);
      const points = front.map(({ values }) => values);
      runs.push({ ...clock(), reached: hypervolume(points, [1.1, 1.1]), engine: (user + system) / 1000 });
    }
    console.log(
      JSON.stringify({
        ...{ technique: spec, workers, trials: Number(trials), seeds: Number(seeds) },
        hypervolume: mean(runs.map(({ reached }) => reached)),
        utilisation: mean(runs.map(({ utilisation }) => utilisation)),
        hours: mean(runs.map(({ hours }) => hours)),
        engineMs: mean(runs.map(({ engine }) => engine / Number(trials))),
      }),
    );
  }
}
