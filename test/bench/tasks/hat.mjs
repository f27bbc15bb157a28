import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const FFN = [512, 1024, 1536, 2048, 2560, 3072];
const HEADS = { min: 2, max: 8, step: 1 };
const PARAMETERS = [
  { name: 'encoder_embed_dim', type: 'ordinal', choices: [512, 640] },
  { name: 'encoder_ffn_embed_dim_avg', type: 'ordinal', choices: FFN },
  { name: 'encoder_self_attention_heads_avg', type: 'integer', ...HEADS },
  { name: 'decoder_embed_dim', type: 'ordinal', choices: [512, 640] },
  { name: 'decoder_layer_num', type: 'integer', min: 1, max: 6 },
  { name: 'decoder_ffn_embed_dim_avg', type: 'ordinal', choices: FFN },
  { name: 'decoder_self_attention_heads_avg', type: 'integer', ...HEADS },
  { name: 'decoder_ende_attention_heads_avg', type: 'integer', ...HEADS },
  { name: 'decoder_arbitrary_ende_attn_avg', type: 'float', min: 1, max: 3 },
];
const DEVICES = ['cpu_raspberrypi', 'cpu_xeon', 'gpu_titanxp'];

/**
 * Hardware-aware transformers (Wang et al., 2020): latency against size of a translation transformer. The latency is
 * the mean of the nearest of 2,000 measured networks, weighted by closeness: noisy and rugged as measurements are. The
 * size, in millions of block parameters, is to be as large as possible, for want of an accuracy.
 */
export function hat(tables) {
  return DEVICES.map((device) => {
    const lines = readFileSync(join(tables, 'hat_latency', `wmt14ende_${device}_all.csv`), 'utf8')
      .trim()
      .split('\n');
    const header = lines[0].split(',');
    const rows = lines.slice(1).map((line) => line.split(',').map(Number));
    const at = (name) => header.indexOf(name);
    const names = PARAMETERS.map(({ name }) => name);
    const ranges = names.map((name) => {
      const values = rows.map((row) => row[at(name)]);
      return [Math.min(...values), Math.max(...values)];
    });
    const points = rows.map((row) => names.map((name) => row[at(name)]));
    const latencies = rows.map((row) => row[at('latency_mean_encoder')] + row[at('latency_mean_decoder')]);
    return {
      name: `hat-${device.split('_')[1]}`,
      description: `latency (ms) on ${device} and size of a transformer, by the nearest of 2,000 measurements`,
      space: { name: 'hat', parameters: PARAMETERS },
      objectives: ['latency:min', 'size:max'],
      reference: [Math.max(...latencies), 0],
      module: { data: { names, ranges, points, latencies }, code: MODULE },
    };
  });
}

const MODULE = `
const NEAREST = 5;
const unit = (point) =>
  point.map((value, i) => (value - data.ranges[i][0]) / Math.max(1e-9, data.ranges[i][1] - data.ranges[i][0]));
const points = data.points.map(unit);

export default ({ configuration }) => {
  const own = unit(data.names.map((name) => configuration[name]));
  const near = points
    .map((point, i) => ({ latency: data.latencies[i], squared: point.reduce((sum, x, k) => sum + (x - own[k]) ** 2, 0) }))
    .sort((a, b) => a.squared - b.squared)
    .slice(0, NEAREST);
  const weights = near.map(({ squared }) => 1 / (0.01 + squared));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const latency = near.reduce((sum, { latency }, i) => sum + (latency * weights[i]) / total, 0);
  const encoder = configuration.encoder_embed_dim;
  const decoder = configuration.decoder_embed_dim;
  const encoderSize = 6 * (4 * encoder * encoder + 2 * encoder * configuration.encoder_ffn_embed_dim_avg);
  const decoderLayer = 6 * decoder * decoder + 2 * decoder * encoder + 2 * decoder * configuration.decoder_ffn_embed_dim_avg;
  return { latency, size: (encoderSize + configuration.decoder_layer_num * decoderLayer) / 1e6 };
};
`;
