import { describe, expect, it, vi } from 'vitest';
import { compileSpace, createRng, createTechnique, type FinishedTrial } from '../../src/index.js';
import particleSwarm from '../../techniques/particle-swarm.js';
import { testFunction } from '../problems/index.js';
import { search } from '../problems/search.js';

/** These take seconds of computing; how long on a busy machine must not decide. */
vi.setConfig({ testTimeout: 1_200_000 });

describe('particle-swarm', () => {
  it('converges on the sphere with the coefficients of Clerc and Kennedy (2002)', () => {
    const spec = 'particle-swarm:omega=0.7298,phi_l=1.49618,phi_g=1.49618';
    const problem = testFunction('sphere', { dimension: 5 });
    for (const seed of [1, 2, 3]) {
      expect(search(problem, { technique: particleSwarm, spec, trials: 5000, seed, target: 1e-6 }).best).toBeLessThan(
        1e-6,
      );
    }
  });

  it('moves by the textbook: x + omega (x - x before) + phi_l r1 (own best - x) + phi_g r2 (best of all - x)', () => {
    const space = compileSpace({ name: 'line', parameters: [{ name: 'x', type: 'float', min: 0, max: 100 }] });
    const objectives = [{ metric: 'f', direction: 'min' }] as const;
    const swarm = createTechnique('particle-swarm:population=1', new Map([['particle-swarm', particleSwarm]]));
    const told = (number: number, x: number, value: number): FinishedTrial => {
      const base = { number, technique: 'particle-swarm', configuration: { x }, metrics: null, improvement: 1 };
      return { ...base, state: 'complete', values: [value] };
    };
    const context = { space, objectives, trials: [], rng: createRng('pso') };
    // At 50, from 40; own best 60; a better trial of another author at 90.
    const state = {
      particles: [{ position: { x: 50 }, previous: { x: 40 }, best: { configuration: { x: 60 }, losses: [2] } }],
      leaders: [{ configuration: { x: 60 }, losses: [2] }],
      turn: 0,
      open: [],
    };
    const heard = swarm.tell(state, [told(7, 90, 1)], context);
    for (let seed = 0; seed < 20; seed++) {
      const [[next]] = swarm.ask(heard, 1, { ...context, rng: createRng('step', seed) });
      const [r1, r2] = twoUniforms(createRng('step', seed));
      expect(next!['x']).toBeCloseTo(50 + 0.5 * 10 + 0.5 * r1 * 10 + 0.5 * r2 * 40, 9);
    }
  });

  it('keeps personal bests of its own, whatever another particle finds', () => {
    const { state } = search(testFunction('sphere', { dimension: 3 }), {
      technique: particleSwarm,
      trials: 300,
      seed: 1,
    });
    const { particles, leaders } = state as unknown as {
      particles: { best: { losses: number[] } }[];
      leaders: { losses: number[] }[];
    };
    expect(particles).toHaveLength(30);
    expect(new Set(particles.map(({ best }) => best.losses[0])).size).toBeGreaterThan(20);
    expect(leaders[0]!.losses[0]).toBe(Math.min(...particles.map(({ best }) => best.losses[0]!)));
  });
});

/** The technique draws r1, picks the only leader, then draws r2: weights in the order of the pulls. */
function twoUniforms(rng: ReturnType<typeof createRng>): [number, number] {
  const r1 = rng.float();
  rng.pick([0]);
  return [r1, rng.float()];
}
