// How far the default and a peer, Optuna's TPE unless told, are apart with more seeds than the ranks rest on, task by task, in Markdown.
//   npm run build && node test/bench/differences.mjs COMPARISONS docs/benchmarks/standing-seeds.csv [PEER]
// COMPARISONS holds a folder a task, as `supersam compare --techniques default --out` writes them, and beside it TASK-peers.json of
// test/bench/peers/run.sh --techniques PEER with the seeds that the file of seeds does not have. Where that file has a seed of the
// default too, the comparison must have found the same.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mean, sampleVariance } from 'simple-statistics';

const STEPS = [50, 100];
const ROUNDING = 1e-9;

const [from, seedsFile, peer = 'optuna-tpe'] = process.argv.slice(2);
if (seedsFile === undefined) throw new Error('usage: differences.mjs COMPARISONS SEEDS.csv [PEER]');
const known = readFileSync(seedsFile, 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','))
  .map(([task, technique, seed, ...at]) => ({ task, technique, seed: Number(seed), at: at.map(Number) }));
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const number = (value) => Number(value.toPrecision(4)).toString();
const line = (cells) => `| ${cells.join(' | ')} |`;

const rows = [];
for (const task of readdirSync(from)) {
  const peersFile = join(from, `${task}-peers.json`);
  if (!existsSync(join(from, task, 'comparison.json')) || !existsSync(peersFile)) continue;
  const { rows: found, worst, reference, objectives } = read(join(from, task, 'comparison.json'));
  const sign = reference !== null || objectives[0].direction === 'max' ? 1 : -1;
  const reached = ({ at }) => STEPS.map((step) => at[step] ?? worst);
  const ours = found
    .filter(({ technique }) => technique === 'default')
    .map((row) => ({ ...row, reached: reached(row) }));
  const old = known.filter((row) => row.task === task);
  for (const { seed, at } of old.filter(({ technique }) => technique === 'default')) {
    const again = ours.find((row) => row.seed === seed);
    const isSame = STEPS.every((_, k) => Math.abs(again.reached[k] - at[k]) <= ROUNDING * Math.abs(at[k]));
    if (!isSame) throw new Error(`${task}: seed ${seed} of the default is ${again.reached} and was ${at}`);
  }
  const more = read(peersFile).rows.filter(({ technique }) => technique === peer);
  if (more.length === 0) continue;
  const theirs = [
    ...old.filter(({ technique, seed }) => technique === peer && !more.some((row) => row.seed === seed)),
    ...more.map((row) => ({ ...row, at: reached(row) })),
  ].map(({ at }) => at);
  const cells = STEPS.map((_, k) => {
    const [a, b] = [ours.map((row) => row.reached[k]), theirs.map((at) => at[k])];
    const difference = sign * (mean(a) - mean(b));
    const error = Math.sqrt(sampleVariance(a) / a.length + sampleVariance(b) / b.length);
    return { ours: mean(a), theirs: mean(b), difference, error };
  });
  const both = (key) => cells.map((cell) => number(cell[key])).join(' / ');
  const differences = cells.map(({ difference, error }) => `${number(difference)} +- ${number(error)}`).join(' / ');
  rows.push({
    cells,
    text: line([task, `${ours.length}, ${theirs.length}`, both('ours'), both('theirs'), differences]),
  });
}
console.log(
  [
    line(['task', 'seeds', 'default', peer, 'default ahead by']),
    line(['---', '---:', '---', '---', '---']),
    ...rows.map(({ text }) => text),
  ].join('\n'),
);
for (const [k, step] of STEPS.entries()) {
  const count = (test) => rows.filter(({ cells }) => test(cells[k])).length;
  const [ahead, behind] = [count((c) => c.difference > 2 * c.error), count((c) => c.difference < -2 * c.error)];
  console.log(
    `after ${step}: better mean ${count((c) => c.difference > 0)}, worse ${count((c) => c.difference < 0)}; by more than two standard errors ahead ${ahead}, behind ${behind}, of ${rows.length}`,
  );
}
