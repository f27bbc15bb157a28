import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const BLOCKS = Array.from({ length: 8 }, (_, i) => `block${i}`);

/** NAS-Bench-Macro (Su et al., 2021): a skip, a small or a large block at 8 places; every network was trained. */
export function nasBenchMacro(tables) {
  const file = join(tables, 'nas-bench-macro', 'nas-bench-macro_cifar10.json');
  const measured = Object.entries(JSON.parse(readFileSync(file, 'utf8')));
  const table = {
    header: [...BLOCKS, 'error', 'mflops'],
    rows: measured.map(([key, { mean_acc, flops }]) => [...key, 100 - mean_acc, flops / 1e6]),
  };
  const parameters = BLOCKS.map((name) => ({ name, type: 'categorical', choices: [0, 1, 2] }));
  const best = Math.min(...measured.map(([, { mean_acc }]) => 100 - mean_acc));
  return [
    {
      name: 'nas-bench-macro',
      description: 'CIFAR-10 error of 6,561 networks',
      space: { name: 'nas-bench-macro', parameters },
      objectives: ['error:min'],
      optimum: best,
      table,
    },
    {
      name: 'nas-bench-macro-flops',
      description: 'CIFAR-10 error and MFLOPs of 6,561 networks; the exact front has 35 points',
      space: { name: 'nas-bench-macro', parameters },
      objectives: ['error:min', 'mflops:min'],
      reference: [20, 110],
      bestHypervolume: 1076.28,
      table,
    },
  ];
}
