import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { solve } from './solve.mjs';

const STAGES = [0, 1, 2, 3, 4];
const KERNELS = [3, 5, 7];
const EXPANSIONS = [3, 4, 6];
const RIDGE = 0.3;

/**
 * The OFA MobileNetV3 space of DyNAS-T (Cummings et al., 2022) from 1,094 networks it evaluated: accuracy and MACs as
 * sums over the layers of what their (kernel, expansion) pair adds, fitted by ridge regression, the error's floor bent
 * so that layers have diminishing returns. A surrogate for benchmarks, not the networks' true numbers.
 */
export function dynas(tables) {
  const networks = ['evonsga2', 'linasnsga2'].flatMap((kind) =>
    readNetworks(join(tables, 'dynas', `dynas_${kind}_acc_macs.csv`)),
  );
  const inputs = networks.map(({ network }) => columns(network));
  const regress = (target) => ridge(inputs, networks.map(target));
  // Networks near the best all look alike on a linear scale; the logarithm of the distance to 80 % spreads them.
  const data = {
    logGap: regress(({ accuracy }) => Math.log(80 - accuracy)),
    logMacs: regress(({ macs }) => Math.log(macs / 1e6)),
  };
  const depths = STAGES.map((stage) => ({ name: `depth${stage}`, type: 'ordinal', choices: [2, 3, 4] }));
  const layers = STAGES.flatMap((stage) =>
    [0, 1, 2, 3].flatMap((layer) => {
      const when = layer > 1 ? { when: `depth${stage} > ${layer}` } : {};
      return [
        { name: `kernel${stage}_${layer}`, type: 'ordinal', choices: KERNELS, ...when },
        { name: `expansion${stage}_${layer}`, type: 'ordinal', choices: EXPANSIONS, ...when },
      ];
    }),
  );
  return [
    {
      name: 'dynas-mobilenet',
      description: 'ImageNet error and millions of MACs of OFA MobileNetV3, by a surrogate; 45 conditional parameters',
      space: { name: 'dynas-mobilenet', parameters: [...depths, ...layers] },
      objectives: ['error:min', 'macs:min'],
      reference: [28, 700],
      module: { data, code: MODULE },
    },
  ];
}

/** Rows are `"{'wid': None, 'ks': [...], 'e': [...], 'd': [...], 'r': [224]}",date,parameters,latency,MACs,accuracy`. */
function readNetworks(file) {
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => {
    const list = (key) => JSON.parse(line.match(new RegExp(`'${key}': (\\[[^\\]]*\\])`))[1]);
    const cells = line.slice(line.lastIndexOf('"') + 2).split(',');
    const network = { kernels: list('ks'), expansions: list('e'), depths: list('d') };
    return { network, macs: Number(cells[3]), accuracy: Number(cells[4]) };
  });
}

/** The non-zero columns: the constant, and one for every layer that is there. */
function columns({ kernels, expansions, depths }) {
  const layers = STAGES.flatMap((stage) => [0, 1, 2, 3].map((layer) => ({ stage, layer, at: stage * 4 + layer })));
  const present = layers.filter(({ stage, layer }) => layer < depths[stage]);
  const pair = (at) => KERNELS.indexOf(kernels[at]) * 3 + EXPANSIONS.indexOf(expansions[at]);
  return [0, ...present.map(({ at }) => 1 + at * 9 + pair(at))];
}

function ridge(inputs, targets) {
  const count = 1 + 20 * 9;
  const mean = targets.reduce((sum, target) => sum + target, 0) / targets.length;
  const gram = Array.from({ length: count }, (_, i) => Array.from({ length: count }, (_, j) => (i === j ? RIDGE : 0)));
  const right = new Array(count).fill(0);
  for (const [row, on] of inputs.entries()) {
    for (const i of on) {
      right[i] += targets[row] - mean;
      for (const j of on) gram[i][j] += 1;
    }
  }
  const weights = solve(gram, right);
  weights[0] += mean;
  return weights;
}

const MODULE = `
export default ({ configuration }) => {
  let logGap = data.logGap[0];
  let logMacs = data.logMacs[0];
  for (let stage = 0; stage < 5; stage++) {
    for (let layer = 0; layer < configuration['depth' + stage]; layer++) {
      const kernel = [3, 5, 7].indexOf(configuration['kernel' + stage + '_' + layer]);
      const expansion = [3, 4, 6].indexOf(configuration['expansion' + stage + '_' + layer]);
      const column = 1 + (stage * 4 + layer) * 9 + kernel * 3 + expansion;
      logGap += data.logGap[column];
      logMacs += data.logMacs[column];
    }
  }
  return { error: 20 + Math.exp(logGap), macs: Math.exp(logMacs) };
};
`;
