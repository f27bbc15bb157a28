import { front } from '../../src/pareto/dominance.js';
import type { ParameterDefinition } from '../../src/search-space/definition.js';
import type { Problem } from './problem.js';

const STEPS = 40;

/** Losses of each kind: the error, then the price. */
const constant = () => [6, 0];
const gradient = (rate: number, momentum: number) => [
  1 + 8 * (rate - 0.1) ** 2 + 4 * (momentum - 0.9) ** 2,
  2 + 2 * rate + momentum,
];
const tree = (depth: number, strength: number | null) => [
  (depth - 7) ** 2 / 12 + (strength === null ? 0.8 : 4 * (strength - 0.25) ** 2),
  1 + depth / 2 + (strength === null ? 0 : 2 - strength),
];

/**
 * A choice of a method with settings of its own, nested twice: `kind` opens `rate` and `momentum` (gradient) or `depth`
 * and `prune` (tree), and `prune` opens `strength`. Each kind is a bowl of its own, the tree's the deepest: error 0 at
 * depth 7 pruned by 0.25. With two objectives the price of a configuration counts too. 2186 configurations.
 */
export function conditional({ objectives = 1 }: { readonly objectives?: 1 | 2 } = {}): Problem {
  const name = `conditional-${objectives}`;
  const step = { type: 'float', min: 0, max: 1, step: 1 / STEPS } as const;
  const parameters: ParameterDefinition[] = [
    { name: 'kind', type: 'categorical', choices: ['constant', 'gradient', 'tree'] },
    { ...step, name: 'rate', when: "kind == 'gradient'" },
    { ...step, name: 'momentum', when: "kind == 'gradient'" },
    { name: 'depth', type: 'integer', min: 1, max: 12, when: "kind == 'tree'" },
    { name: 'prune', type: 'boolean', when: "kind == 'tree'" },
    { ...step, name: 'strength', when: 'prune' },
  ];
  return {
    name,
    definition: { name, parameters },
    objectives: (['error', 'price'] as const)
      .slice(0, objectives)
      .map((metric) => ({ metric, direction: 'min' as const })),
    evaluate({ kind, rate, momentum, depth, prune, strength }) {
      const [error, price] = (
        kind === 'constant'
          ? constant()
          : kind === 'gradient'
            ? gradient(rate as number, momentum as number)
            : tree(depth as number, prune === true ? (strength as number) : null)
      ) as [number, number];
      return { error, price };
    },
    front() {
      if (objectives === 1) return [[0]];
      const units = Array.from({ length: STEPS + 1 }, (_, i) => i / STEPS);
      const depths = Array.from({ length: 12 }, (_, i) => i + 1);
      const points = [
        constant(),
        ...units.flatMap((rate) => units.map((momentum) => gradient(rate, momentum))),
        ...depths.flatMap((depth) => [null, ...units].map((strength) => tree(depth, strength))),
      ];
      return front(points).map((i) => points[i]!);
    },
    reference: objectives === 1 ? [6.6] : [6.6, 8],
  };
}
