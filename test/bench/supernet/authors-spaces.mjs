// The spaces of the SuperSAM authors (A and D) on a plain ViT that was taught here, beside the space that `design` makes of it: a
// supernet each, searched alike; of each size the best subnet on validation is scored on test, beside the network that came. The
// spaces are search-spaces/supersam-a.json and -d.json with widths as shares of this network's; what may go are the five layers
// behind the first that its ranking misses least. At 224 pixels on nuclei.
//   npm run build && node test/bench/supernet/authors-spaces.mjs --model student --work /tmp/authors --out results/distilled-vit/authors-spaces.csv
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chosenSubnets, prepare, readOptions, searchedSupernet, sizeOf, supersam, TEST } from './commands.mjs';

const values = readOptions('authors-spaces.mjs', {
  ...{ model: 'student', spaces: 'space,a,d', seeds: '1,2,3', steps: '300', trials: '100' },
});
const { work, out } = values;
const NAMES = { space: 'designed', a: 'A', d: 'D' };
const REMOVABLE = 5;
/** Hidden channels of an MLP of SAM ViT-B, of which the published spaces take shares. */
const PUBLISHED_WIDTH = 3072;

prepare(work, values.model);
for (const space of ['a', 'd']) await scaleSpace(space);
const { encoderParameters: whole } = await sizeOf(join(work, 'pretrained'));
const rows = [];
await add('network', '', join(work, 'pretrained'));
for (const seed of values.seeds.split(',')) {
  for (const space of values.spaces.split(',')) {
    const searched = await searchedSupernet(work, space, { ...values, seed });
    const sizes = searched.trials.map(({ metrics }) => metrics.encoderParameters);
    const reachable = [0.3, 0.5, 0.7].filter((reduction) => Math.min(...sizes) <= whole * (1 - reduction));
    for (const { subnet } of await chosenSubnets(work, searched, reachable)) await add(NAMES[space], seed, subnet);
  }
}

async function add(space, seed, model) {
  const { scores } = JSON.parse(supersam('evaluate', '--model', model, ...TEST, '--json'));
  const { encoderParameters, macs } = await sizeOf(model);
  const sizes = [
    (encoderParameters / 1e6).toFixed(2),
    (1 - encoderParameters / whole).toFixed(3),
    (macs / 1e9).toFixed(2),
  ];
  rows.push([space, seed, ...sizes, scores.box.single.toFixed(4), scores.point.single.toFixed(4)]);
  const lines = ['space,seed,encoder parameters M,fewer,GMACs,box,point', ...rows.map((row) => row.join(','))];
  await writeFile(out, `${lines.join('\n')}\n`);
  console.log(lines.at(-1));
}

/** A published space with this network's widths and the layers that it misses least. */
async function scaleSpace(name) {
  const published = JSON.parse(
    await readFile(new URL(`../../../search-spaces/supersam-${name}.json`, import.meta.url), 'utf8'),
  );
  const ranking = JSON.parse(await readFile(join(work, 'ranking.json'), 'utf8'));
  const { encoder } = JSON.parse(await readFile(join(work, 'pretrained/network.json'), 'utf8'));
  const removable = ranking.removals
    .filter(({ parameter }) => /^layer[1-9]\d*$/.test(parameter))
    .sort((a, b) => a.drop - b.drop)
    .slice(0, REMOVABLE)
    .map(({ parameter }) => parameter);
  const choices = published.parameters.find(({ type }) => type === 'ordinal').choices;
  const parameters = encoder.layers.slice(1).flatMap(({ mlpWidth }, i) => {
    const layer = `layer${i + 1}`;
    const widths = choices.map((width) => Math.round((width / PUBLISHED_WIDTH) * mlpWidth));
    const width = { name: `${layer}.mlp`, type: 'ordinal', choices: widths };
    if (!removable.includes(layer)) return [width];
    return [
      { name: layer, type: 'boolean', weights: [0.5, 0.5] },
      { ...width, when: layer },
    ];
  });
  const description = `space ${name.toUpperCase()} of SuperSAM (arXiv 2501.08504) in shares of this network's widths`;
  await writeFile(join(work, `${name}.json`), `${JSON.stringify({ name, description, parameters }, null, 1)}\n`);
}
