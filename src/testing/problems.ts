import type { Oracle } from '../core/oracle.js';
import type { SearchSpace } from '../core/space.js';
import { space as build } from '../search-space/space-builder.js';

/** A search space and what measures it: `error` to be made small, `yield` to be made large. */
export interface Problem {
  readonly space: SearchSpace;
  readonly oracle: Oracle;
}

/**
 * For spaces of numbers: a bowl that leans over, and a yield that pulls the other way; every thirteenth configuration
 * cannot be built.
 */
export const bowlOracle: Oracle = {
  name: 'bowl',
  metrics: ['error', 'yield'],
  fingerprint: async () => ({}),
  async measure(configuration) {
    const values = Object.values(configuration).map(Number);
    const sum = values.reduce((total, value) => total + value, 0);
    if ((sum * 7 + (values[0] ?? 0)) % 13 === 0) return { state: 'infeasible' };
    const error =
      values.reduce((total, value, i) => total + (value - 4) ** 2 * (i + 1), 0) + (values[0] ?? 0) * (values[1] ?? 0);
    return { state: 'complete', metrics: { error, yield: sum } };
  },
};

const space = build('mixed')
  .integer('threads', -3, 12)
  .float('rate', 0.001, 10, { scale: 'log' })
  .powerOfTwo('block', 4, 64)
  .boolean('fused')
  .categorical('layout', ['rows', 'columns', 'tiles'])
  .ordinal('unroll', [1, 2, 4, 7])
  .permutation('loops', ['i', 'j', 'k', 'l'])
  .schedule('plan', ['load', 'scale', 'add', 'store'], { after: { scale: ['load'], store: ['add', 'scale'] } })
  .selector('sort', ['quick', 'merge', 'insert'], 100, 2)
  .array('tile', { type: 'integer', min: 1, max: 4 }, 3)
  .ordinal('width', [8, 16, 32], { when: 'fused' })
  .float('bias', 0, 1, { when: 'width > 8' })
  .constraint('threads + block <= 40')
  .constraint("layout != 'tiles' || unroll < 7")
  .compile();

/**
 * Every type of parameter, conditions, constraints, measurements that fail and configurations that cannot be built. The
 * error is a bowl over the unit cube, the yield grows with some of its axes.
 */
export const mixedProblem: Problem = {
  space,
  oracle: {
    name: 'mixed',
    metrics: ['error', 'yield'],
    fingerprint: async () => ({}),
    async measure(configuration) {
      if (configuration['unroll'] === 2 && configuration['layout'] === 'columns') return { state: 'infeasible' };
      if (configuration['threads'] === 11) throw new Error('no such core');
      const unit = space.toUnit(configuration);
      const error = unit.reduce((sum, x, i) => sum + (x - ((i * 5) % 7) / 7) ** 2 * (1 + (i % 3)), 0);
      const gain = unit.reduce((sum, x, i) => sum + (i % 2) * x, 0) + (configuration['fused'] === true ? 1 : 0);
      return { state: 'complete', metrics: { error, yield: gain } };
    },
  },
};
