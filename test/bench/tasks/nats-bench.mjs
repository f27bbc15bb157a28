import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const EDGES = ['edge01', 'edge02', 'edge12', 'edge03', 'edge13', 'edge23'];
const OPERATIONS = ['none', 'skip_connect', 'nor_conv_1x1', 'nor_conv_3x3', 'avg_pool_3x3'];
/** Multiplications of an operation on one channel pair at one place: the cell's cost but for a constant factor. */
const COST = { nor_conv_1x1: 1, nor_conv_3x3: 9 };

/** NATS-Bench, topology space (Dong et al., 2021): 5 operations on the 6 edges of a cell; every cell was trained. */
export function natsBench(tables) {
  const lines = readFileSync(join(tables, 'nasbench201', 'nats_bench.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  const rows = lines.map((line) => {
    const [cifar10, cifar100, imagenet, cell] = line.split(',');
    const operations = [...cell.matchAll(/([a-z_0-9]+)~/g)].map((match) => match[1]);
    const cost = operations.reduce((sum, operation) => sum + (COST[operation] ?? 0), 0);
    return [...operations, ...[cifar10, cifar100, imagenet].map((accuracy) => 100 - Number(accuracy)), cost];
  });
  const table = { header: [...EDGES, 'error10', 'error100', 'errorImageNet', 'cost'], rows };
  const space = {
    name: 'nats-bench',
    parameters: EDGES.map((name) => ({ name, type: 'categorical', choices: OPERATIONS })),
  };
  const task = (name, metric, at) => ({
    name,
    description: `${metric} of 15,625 cells`,
    space,
    objectives: [`${metric}:min`],
    optimum: Math.min(...rows.map((row) => row[at])),
    table,
  });
  return [
    task('nats-bench-cifar100', 'error100', 7),
    task('nats-bench-imagenet', 'errorImageNet', 8),
    {
      name: 'nats-bench-cost',
      description: 'CIFAR-10 error and multiplications (up to a factor) of 15,625 cells',
      space,
      objectives: ['error10:min', 'cost:min'],
      reference: [30, 55],
      table,
    },
    {
      name: 'nats-bench-three',
      description: 'errors on CIFAR-10 and ImageNet16-120 and multiplications (up to a factor) of 15,625 cells',
      space,
      objectives: ['error10:min', 'errorImageNet:min', 'cost:min'],
      // What a tenth of the cells is beyond.
      reference: [20.43, 81.1, 21],
      table,
    },
  ];
}
