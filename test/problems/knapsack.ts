import type { Configuration } from '../../src/core/space.js';
import type { Problem } from './problem.js';

export interface KnapsackItems {
  readonly profits: readonly number[];
  readonly weights: readonly number[];
  readonly capacity: number;
}

/** Kreher and Stinson (1999), 15 items: the best profit is 1458. */
export const knapsack15: KnapsackItems = {
  profits: [135, 139, 149, 150, 156, 163, 173, 184, 192, 201, 210, 214, 221, 229, 240],
  weights: [70, 73, 77, 80, 82, 87, 90, 94, 98, 106, 110, 113, 115, 118, 120],
  capacity: 750,
};

/** Kreher and Stinson (1999), 24 items: the best profit is 13549094. */
export const knapsack24: KnapsackItems = {
  profits: [
    825594, 1677009, 1676628, 1523970, 943972, 97426, 69666, 1296457, 1679693, 1902996, 1844992, 1049289, 1252836,
    1319836, 953277, 2067538, 675367, 853655, 1826027, 65731, 901489, 577243, 466257, 369261,
  ],
  weights: [
    382745, 799601, 909247, 729069, 467902, 44328, 34610, 698150, 823460, 903959, 853665, 551830, 610856, 670702,
    488960, 951111, 323046, 446298, 931161, 31385, 496951, 264724, 224916, 169684,
  ],
  capacity: 6404180,
};

/**
 * Which items to take: one boolean each, the capacity as a constraint of the space. With `weighed` the weight is to be
 * low as a second objective. The front is exact.
 */
export function knapsack({ profits, weights, capacity }: KnapsackItems, { weighed = false } = {}): Problem {
  const names = profits.map((_, i) => `take${i + 1}`);
  const sum = (configuration: Configuration, of: readonly number[]) =>
    names.reduce((total, name, i) => total + (configuration[name] === true ? of[i]! : 0), 0);
  const profit = { metric: 'profit', direction: 'max' } as const;
  const weight = { metric: 'weight', direction: 'min' } as const;
  const name = `knapsack-${profits.length}${weighed ? '-weighed' : ''}`;
  return {
    name,
    definition: {
      name,
      parameters: names.map((item) => ({ name: item, type: 'boolean' })),
      constraints: [`${names.map((item, i) => `${weights[i]} * ${item}`).join(' + ')} <= ${capacity}`],
    },
    objectives: weighed ? [profit, weight] : [profit],
    evaluate: (configuration) => ({ profit: sum(configuration, profits), weight: sum(configuration, weights) }),
    front() {
      const points = bestProfits({ profits, weights, capacity });
      return weighed ? points.map((point) => [-point.profit, point.weight]) : [[-points.at(-1)!.profit]];
    },
    reference: weighed ? [1, capacity * 1.05] : [1],
  };
}

/** Nemhauser and Ullmann (1969): item by item, the selections that no other beats in weight and profit; lightest first. */
function bestProfits({ profits, weights, capacity }: KnapsackItems): { profit: number; weight: number }[] {
  let kept = [{ profit: 0, weight: 0 }];
  for (const [i, weight] of weights.entries()) {
    const extended = kept.map((own) => ({ profit: own.profit + profits[i]!, weight: own.weight + weight }));
    const sorted = [...kept, ...extended].sort((a, b) => a.weight - b.weight || b.profit - a.profit);
    let most = -1;
    kept = sorted.filter((own) => {
      if (own.weight > capacity || own.profit <= most) return false;
      most = own.profit;
      return true;
    });
  }
  return kept;
}
