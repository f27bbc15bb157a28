import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createTechnique, DEFAULT_TECHNIQUE, loadTechniques } from 'supersam';
import { splitTechniqueList } from '../../dist/src/plugins/create-technique.js';
import { readJsonLines } from './json-lines.mjs';

const RUNNING = ['techniques', 'seeds', 'first-seed', 'trials', 'out'];

/** What the command line gives of these options and of those of `runStudies`, as texts. */
export const readOptions = (names) =>
  parseArgs({ options: Object.fromEntries([...names, ...RUNNING].map((name) => [name, { type: 'string' }])) }).values;

/**
 * Runs a study for every seed, task, technique and variant, one after another, and appends a line of JSON for each to the
 * file `out` when it ends. Those that the file has are not run again, so that a call that was stopped goes on.
 *
 * @param options as `readOptions` gives them
 * @param tasks each with the `name` that its lines have
 * @param study called with the task, the technique and what its line begins with; returns the rest of the line
 * @param variants what else tells studies of one technique apart, `[{ workers: 1 }, …]`
 */
export async function runStudies(options, tasks, study, variants = [{}]) {
  const { techniques, seeds, 'first-seed': first = '1', trials, out } = options;
  const registry = await loadTechniques();
  const key = ({ task, technique, workers, seed, trials }) => [task, technique, workers, seed, trials].join();
  const done = new Set(readJsonLines(out).map(key));
  for (let seed = Number(first); seed < Number(first) + Number(seeds); seed++) {
    for (const task of tasks) {
      for (const technique of splitTechniqueList(techniques)) {
        for (const variant of variants) {
          const row = { task: task.name, technique, ...variant, seed, trials: Number(trials) };
          if (done.has(key(row))) continue;
          const spec = technique === 'default' ? DEFAULT_TECHNIQUE : technique;
          const found = await study(task, createTechnique(spec, registry), row);
          appendFileSync(out, `${JSON.stringify({ ...row, ...found })}\n`);
        }
      }
    }
  }
}

/** Processor time in milliseconds since `started`, of `process.cpuUsage()`, by the number of trials. */
export function engineMs(started, trials) {
  const { user, system } = process.cpuUsage(started);
  return Number(((user + system) / 1000 / trials).toFixed(2));
}

export const mean = (numbers) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** Of the mean. */
export function standardError(numbers) {
  const middle = mean(numbers);
  return Math.sqrt(numbers.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (numbers.length - 1) / numbers.length);
}

/** Of one loss among all, its own too: 1 the least; the mean rank of those that are level. */
export const rankOf = (all, own) =>
  1 + all.filter((other) => other < own).length + (all.filter((other) => other === own).length - 1) / 2;

/** A row of a table in Markdown. */
export const tableRow = (cells) => `| ${cells.join(' | ')} |`;
