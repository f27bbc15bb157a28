import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const LAYERS = Array.from({ length: 12 }, (_, i) => i + 1);

/** HW-GPT-Bench, size S (Sukthanker et al., 2024): its surrogate of a GPT supernet's perplexity, and block parameters. */
export function hwGpt(tables) {
  const { layers } = JSON.parse(readFileSync(join(tables, 'hwgpt', 'perplexity_s.json'), 'utf8'));
  const conditional = LAYERS.flatMap((layer) => {
    const when = layer > 10 ? { when: `depth >= ${layer}` } : {};
    return [
      { name: `ratio${layer}`, type: 'categorical', choices: [2, 3, 4], ...when },
      { name: `heads${layer}`, type: 'categorical', choices: [4, 8, 12], ...when },
    ];
  });
  const depth = { name: 'depth', type: 'categorical', choices: [10, 11, 12] };
  return [
    {
      name: 'hw-gpt-s',
      description: 'perplexity and millions of block parameters of a GPT, by a surrogate; 10^11 networks',
      space: { name: 'hw-gpt-s', parameters: [depth, ...conditional] },
      objectives: ['perplexity:min', 'parameters:min'],
      reference: [28, 90],
      bestHypervolume: 224.09,
      module: { data: Object.values(layers), code: MODULE },
    },
  ];
}

const MODULE = `
const oneHot = (value, choices) => choices.map((choice) => (value === choice ? 1 : 0));
const layers = Array.from({ length: 12 }, (_, i) => i + 1);

export default ({ configuration }) => {
  const { depth } = configuration;
  const own = (name, layer) => (layer <= depth ? configuration[name + layer] : undefined);
  const input = [
    ...[0, 0, 1],
    ...oneHot(depth, [10, 11, 12]),
    ...layers.flatMap((layer) => oneHot(own('ratio', layer), [2, 3, 4])),
    ...layers.flatMap((layer) => oneHot(own('heads', layer), [4, 8, 12])),
    ...[1, 0],
  ];
  let hidden = input;
  for (let i = 0; i < data.length; i += 2) {
    const weight = data[i].values;
    const width = hidden.length;
    const isLast = i === data.length - 2;
    hidden = data[i + 1].values.map((bias, row) => {
      let sum = bias;
      for (let k = 0; k < width; k++) sum += weight[row * width + k] * hidden[k];
      return isLast ? sum : Math.max(0, sum);
    });
  }
  const weights = layers.slice(0, depth).reduce((sum, layer) => sum + 768 * 768 * (4 + 2 * own('ratio', layer)), 0);
  return { perplexity: hidden[0], parameters: weights / 1e6 };
};
`;
