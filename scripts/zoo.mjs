// Puts the subnets of a results folder into the model zoo: float16 in SAM's interface, one decoder for all.
//   node scripts/zoo.mjs results/full nuclei      writes data/models/nuclei/{decoder.onnx, SUBNET/{encoder.onnx, model-card.md}}
//   node scripts/zoo.mjs results/full nuclei int8 takes half of that room
// A card has the scores of the folder's report and the command that made it.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelCard } from '../dist/src/supernet/method/model-card.js';
import { createEncoder } from '../dist/src/supernet/model/description.js';
import { readModel } from '../dist/src/supernet/model/model-folder.js';
import { readReportInput } from '../dist/src/supernet/report/report-input.js';
import { exportDecoder, exportEncoder } from '../dist/src/supernet/run-onnx/export.js';
import { root } from './hash-sources.mjs';

const [results, name, format = 'float16'] = process.argv.slice(2);
if (results === undefined || name === undefined) throw new Error('usage: node scripts/zoo.mjs RESULTS NAME [FORMAT]');
const zoo = join(root, 'data/models', name);
const { chosen, command, dataset, rows } = await readReportInput(join(results, 'report-input.json'));
await rm(zoo, { recursive: true, force: true });
const how = { interface: 'sam', format };
const graphs = chosen.map(async ({ name: subnet }) => {
  const model = await readModel(join(results, 'models', subnet));
  const encoder = createEncoder(model.description);
  // The decoder's file says nothing of the subnet, so that all have the same.
  const { provenance: _, ...plain } = model.description;
  const shared = { ...model, description: { ...plain, name } };
  return { subnet, model, encoder: exportEncoder(model, encoder, how), decoder: exportDecoder(shared, encoder, how) };
});
for (const { subnet, model, encoder, decoder } of await Promise.all(graphs)) {
  const file = join(zoo, 'decoder.onnx');
  await mkdir(join(zoo, subnet), { recursive: true });
  const there = await readFile(file).catch(() => undefined);
  if (there !== undefined && !there.equals(decoder)) throw new Error(`${subnet} has another decoder than those before`);
  await writeFile(file, decoder);
  await writeFile(join(zoo, subnet, 'encoder.onnx'), encoder);
  const own = rows.filter((row) => row.name === subnet && row.mask === 'single' && row.split === 'test');
  const before = rows.filter(
    ({ name, mask, split }) => name === 'pre-trained' && mask === 'single' && split === 'test',
  );
  const table = [...own, ...before].map(
    (row) =>
      `| ${row.name} | ${row.inputSize} | ${row.prompt} | ${row.meanIou.toFixed(4)} | ${row.spread.toFixed(4)} |`,
  );
  const [first] = own;
  const scores = [
    `On ${first?.objects} objects of the ${dataset.splits.test} test images, which nothing before had seen, the single mask, ${first?.seeds.length} prompt seeds:`,
    '',
    '| network | input | prompt | mean IoU | deviation over seeds |',
    '| --- | ---: | --- | ---: | ---: |',
    ...table,
  ].join('\n');
  const card = modelCard(model, {
    ...{ ...how, decoder: '../decoder.onnx', sizes: { encoder: encoder.length, decoder: decoder.length } },
    trainedOn: `${dataset.name} (${dataset.licence})`,
    published: { scores: `\n\n${scores}`, made: `\`${command.split('\n').join(' && ')}\`` },
  });
  const named = card.replaceAll('--model FOLDER', `--model ${name}/${subnet}`);
  await writeFile(join(zoo, subnet, 'model-card.md'), named);
  console.log(`${name}/${subnet}: encoder ${encoder.length} bytes, decoder ${decoder.length}`);
}
