import type { Oracle } from '../core/oracle.js';

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
