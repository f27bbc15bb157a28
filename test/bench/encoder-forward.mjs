// Memory and processor time of one forward pass of a published encoder with random weights:
//   npm run build && /usr/bin/time -v node test/bench/encoder-forward.mjs [architecture] [input size] [wasm, native or onnx]
import { createRng } from '../../dist/src/base/rng.js';
import { architecture } from '../../dist/src/supernet/model/architectures.js';
import { createEncoder } from '../../dist/src/supernet/model/description.js';
import { fullSubnet } from '../../dist/src/supernet/model/network.js';
import { createOnnxSegmenter } from '../../dist/src/supernet/run-onnx/segmenter.js';
import { loadBackend } from '../../dist/src/supernet/run-tfjs/backend.js';
import { createTfjsOps } from '../../dist/src/supernet/run-tfjs/ops.js';

const [name = 'vit-b', size = '1024', runner = 'wasm'] = process.argv.slice(2);
const encoder = createEncoder(architecture(name), Number(size));
const rng = createRng('encoder forward', name);
const uniform = (length, spread) => Float32Array.from({ length }, () => spread * (2 * rng.float() - 1));
const weights = new Map(
  [...encoder.shapes].map(([tensor, shape]) => {
    const length = shape.reduce((product, each) => product * each, 1);
    const inputs = length / shape[0];
    return [tensor, { shape, data: uniform(length, Math.sqrt(3 / inputs)) }];
  }),
);
const pixels = uniform(encoder.inputSize ** 2 * 3, Math.sqrt(3));
const used = process.cpuUsage();
const started = performance.now();
const { label, embedding } = runner === 'onnx' ? await byOnnx() : await byTfjs(runner);
const wall = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(used);
if (!embedding.every(Number.isFinite)) throw new Error('the embedding is not finite');
console.log(
  `${name} at ${size} on ${label}: ${((user + system) / 1e6).toFixed(1)} s of processor time in ${wall.toFixed(1)} s`,
);
console.log(`most memory held: ${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB`);

async function byOnnx() {
  const segmenter = await createOnnxSegmenter({ weights }, encoder, { cacheMegabytes: 0 });
  const [{ data }] = await segmenter.embed([{ name: 'image', pixels }], fullSubnet(encoder));
  await segmenter.close();
  return { label: 'ONNX Runtime', embedding: data };
}

/** Piece after piece, as prioritisation looks at calibration images: what a piece makes on its way goes with it. */
async function byTfjs(backend) {
  const { tf, description } = await loadBackend(backend);
  const tensors = new Map();
  const ops = createTfjsOps(tf, (tensor) => {
    const stored = weights.get(tensor);
    if (stored !== undefined && !tensors.has(tensor)) {
      tensors.set(tensor, tf.keep(tf.tensor(stored.data, [...stored.shape])));
    }
    return tensors.get(tensor);
  });
  let x = tf.tensor(pixels, [1, encoder.inputSize, encoder.inputSize, 3]);
  for (const piece of encoder.pieces) {
    const y = tf.tidy(() => piece.forward(ops, x, piece.full));
    x.dispose();
    x = y;
  }
  return { label: description, embedding: x.dataSync() };
}
