// What measuring costs, beside an earlier build, one ONNX session a subnet and PyTorch, in turns within one process:
//   npm run build && node test/bench/measuring/measuring.mjs MODEL [--before CHECKOUT] [--python PYTHON] [--subnets 60] [--images 4] [--rounds 5] [--out FILE.json]
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { createRng } from '../../../dist/src/base/rng.js';
import { startPython } from '../torch/start-python.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    before: { type: 'string' },
    python: { type: 'string' },
    subnets: { type: 'string', default: '60' },
    images: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    out: { type: 'string' },
  },
});
const [folder] = positionals;
const [count, images, rounds] = [options.subnets, options.images, options.rounds].map(Number);
const INPUT_SIZE = 448;

const here = new URL('../../../', import.meta.url).pathname;
const now = await build('now', here);
const before = options.before === undefined ? undefined : await build('before', options.before);
const contestants = [now, before].filter((each) => each !== undefined);
const torch = options.python === undefined ? undefined : peer();
const { encoder } = now;
const items = now.set.items.slice(0, images);
const pictures = items.map(({ prepared }) => prepared);
const subnets = mutants(count);
const report = {
  machine: `${cpus().length} x ${cpus()[0].model}`,
  node: process.version,
  inputSize: INPUT_SIZE,
  images,
};

// The whole encoder, and 16 prompts an image: the least of some rounds, since whatever else runs only adds.
const whole = { name: 'whole', subnet: encoder.pieces.map(({ full }) => full) };
report.encoder = await least([
  ...contestants.map((each) => [each.name, () => each.fresh.embed(pictures, whole.subnet)]),
  ...(torch ? [['torch', () => torch.run(whole)]] : []),
]);
const embeddings = await now.fresh.embed(pictures, whole.subnet);
const decode = (each) => async () => {
  for (const [i, item] of items.entries()) {
    await Promise.all(item.prompts.map(({ batch }) => each.fresh.decode(embeddings[i], batch)));
  }
};
report.decoder = await least(contestants.map((each) => [each.name, decode(each)]));

// Subnets one after the other, as a search asks for them: encoders alone against the peers, then with masks and scores.
const encoders = Object.fromEntries(
  ['session', ...contestants.map(({ name }) => name), ...(torch ? ['torch'] : [])].map((name) => [name, tally()]),
);
const scores = Object.fromEntries(contestants.map(({ name }) => [name, tally()]));
let [apart, scoresApart] = [0, 0];
for (const [i, one] of subnets.entries()) {
  const found = await encoders.now.time(() => now.cached.embed(pictures, one.subnet));
  if (before) await encoders.before.time(() => before.cached.embed(pictures, one.subnet));
  if (torch) encoders.torch.add(await torch.run(one));
  const alone = await encoders.session.time(() => now.session(one.subnet, pictures));
  for (const [k, { data }] of found.entries()) {
    for (let at = 0; at < data.length; at++) apart = Math.max(apart, Math.abs(data[at] - alone[k][at]));
  }
  const results = [];
  for (const each of contestants) {
    results.push(await scores[each.name].time(() => each.evaluate(each.scored, one.subnet, { ...each.set, items })));
  }
  for (const kind of ['box', 'point']) {
    for (const { [kind]: score } of results) {
      scoresApart = Math.max(scoresApart, Math.abs(score.single - results[0][kind].single));
    }
  }
  process.stderr.write(`\r${i + 1} of ${count} subnets`);
}
process.stderr.write('\n');
const perMinute = (all) => Object.fromEntries(Object.entries(all).map(([name, each]) => [name, each.summary(count)]));
report.subnets = { count, encoders: perMinute(encoders), scores: perMinute(scores) };
report.largestDifference = { ofEmbeddingsToSessions: apart, ofMeanIou: scoresApart };
const { asked, ran } = now.cached.statistics();
report.knownSegments = 1 - ran / asked;
report.encoder = perImage(report.encoder);
report.decoder = perImage(report.decoder);
const text = `${JSON.stringify(report, null, 2)}\n`;
if (options.out === undefined) process.stdout.write(text);
else writeFileSync(options.out, text);
for (const each of contestants) for (const one of [each.fresh, each.cached, each.scored]) await one.close();
torch?.end();

/** Segmenters of a build: one that remembers nothing, one for encoders and one for scores. */
async function build(name, checkout) {
  const load = (path) => import(`${checkout}/dist/src/supernet/${path}`);
  const { readModel } = await load('model/model-folder.js');
  const { openScoring } = await load('chain/inputs.js');
  const { createOnnxSegmenter } = await load('run-onnx/segmenter.js');
  const { evaluate } = await load('method/evaluate.js');
  const { exportEncoder } = await load('run-onnx/export.js');
  const model = await readModel(folder);
  const { encoder, sets } = await openScoring(model, { split: 'val', images, inputSize: INPUT_SIZE });
  const open = (settings) => createOnnxSegmenter(model, encoder, settings);
  const [fresh, cached, scored] = [await open({ cacheMegabytes: 0 }), await open(), await open()];
  /** The subnet exported as a file of its own and run whole, on every core. */
  const session = async (subnet, pictures) => {
    const { InferenceSession, Tensor } = await import('onnxruntime-node');
    const pieces = encoder.pieces.flatMap((piece, i) =>
      subnet[i] === 0 ? [] : [{ ...piece, forward: (ops, x) => piece.forward(ops, x, subnet[i]) }],
    );
    const alone = await InferenceSession.create(exportEncoder(model, { ...encoder, pieces }, { interface: 'native' }), {
      logSeverityLevel: 3,
    });
    const embeddings = [];
    for (const { pixels } of pictures) {
      const input = new Tensor('float32', planes(pixels, 3), [1, 3, INPUT_SIZE, INPUT_SIZE]);
      const { image_embeddings } = await alone.run({ input });
      embeddings.push(interleaved(image_embeddings.data, encoder.channels));
    }
    await alone.release();
    return embeddings;
  };
  return { name, encoder, set: sets[0], evaluate, fresh, cached, scored, session };
}

/** PyTorch, told subnets and images in turns with us. */
function peer() {
  const { ask, end } = startPython(options.python, 'encode.py', [folder, String(images)]);
  return {
    run: ({ name, subnet }) =>
      ask({ name, sizes: Object.fromEntries(now.encoder.pieces.map((piece, i) => [piece.name, subnet[i]])) }),
    end,
  };
}

/** Each differs from one before it in two places, as evolution makes them. */
function mutants(length) {
  const rng = createRng('measuring');
  const { pieces } = now.encoder;
  const elastic = pieces.flatMap(({ gate, width }, i) => (gate === undefined && width === undefined ? [] : [i]));
  const found = [pieces.map(({ full }) => full)];
  while (found.length < length) {
    const next = [...rng.pick(found)];
    for (let k = 0; k < 2; k++) {
      const at = rng.pick(elastic);
      const { full } = pieces[at];
      // Attention and MBConv blocks go or stay; MLPs have quarters too.
      next[at] = full < 64 ? (next[at] === 0 ? full : 0) : rng.pick([0, full / 4, full / 2, (3 * full) / 4, full]);
    }
    if (!found.some((one) => `${one}` === `${next}`)) found.push(next);
  }
  return found.map((subnet, i) => ({ name: `subnet ${i}`, subnet }));
}

/** Milliseconds of wall clock and processor time; those of others are added as they tell them. */
function tally() {
  const sums = { wall: 0, cpu: 0 };
  const add = ({ wall, cpu, value }) => {
    sums.wall += wall;
    sums.cpu += cpu;
    return value;
  };
  return {
    add,
    time: async (work) => add(await timed(work)),
    summary: (length) => ({
      wallMsEach: sums.wall / length,
      cpuMsEach: sums.cpu / length,
      aMinute: (60_000 * length) / sums.wall,
    }),
  };
}

async function timed(work) {
  const [used, started] = [process.cpuUsage(), performance.now()];
  const value = await work();
  const wall = performance.now() - started;
  const { user, system } = process.cpuUsage(used);
  return { wall, cpu: (user + system) / 1000, value };
}

async function least(works) {
  const best = new Map();
  for (let round = 0; round <= rounds; round++) {
    for (const [name, work] of works) {
      const { value, ...own } = await timed(work);
      // The first round warms up.
      const { wall, cpu } = name === 'torch' ? value : own;
      const known = best.get(name) ?? { wall: Infinity, cpu: Infinity };
      if (round > 0) best.set(name, { wall: Math.min(wall, known.wall), cpu: Math.min(cpu, known.cpu) });
    }
  }
  return best;
}

function perImage(best) {
  return Object.fromEntries(
    [...best].map(([name, { wall, cpu }]) => [name, { wallMs: wall / images, cpuMs: cpu / images }]),
  );
}

function planes(data, channels) {
  const size = data.length / channels;
  return Float32Array.from(data, (_, i) => data[channels * (i % size) + Math.floor(i / size)]);
}

function interleaved(data, channels) {
  const size = data.length / channels;
  return Float32Array.from(data, (_, i) => data[(i % channels) * size + Math.floor(i / channels)]);
}
