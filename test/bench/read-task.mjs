import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createTableOracle, loadSpace } from 'supersam';
import { hypervolume } from 'supersam/kit';

/** A task as tasks/build.mjs writes it, its space and its objectives as values. */
export async function readTask(folder) {
  const task = JSON.parse(readFileSync(join(folder, 'task.json'), 'utf8'));
  const objectives = task.objectives.map((text) => {
    const [, metric, direction] = /^(.*):(min|max)$/.exec(text);
    return { metric, direction };
  });
  return { ...task, folder, objectives, space: await loadSpace(join(folder, 'space.json')) };
}

/** What measures the task: its table, or its module. */
export async function openTaskOracle({ folder, oracle, objectives, space }) {
  const [, kind, file] = /^(table|module):(.*)$/.exec(oracle);
  if (kind === 'table') return createTableOracle(join(folder, file), space);
  const { default: measure, metrics = objectives.map(({ metric }) => metric) } = await import(
    pathToFileURL(resolve(folder, file)).href
  );
  return {
    ...{ name: 'module', metrics, fingerprint: async () => ({}) },
    async measure(configuration) {
      const found = await measure({ configuration });
      return found.state === undefined ? { state: 'complete', metrics: found } : found;
    },
  };
}

/** What trials reached as a loss: the least, or minus the hypervolume up to the reference of the task; null where nothing was measured. */
export function reachedLoss({ objectives, reference }, trials) {
  const lossesOf = (values) => values.map((value, k) => (objectives[k].direction === 'max' ? -value : value));
  const points = trials.flatMap(({ values }) => (values === null ? [] : [lossesOf(values)]));
  if (reference !== undefined) return -hypervolume(points, lossesOf(reference));
  return points.length === 0 ? null : points.reduce((least, [loss]) => Math.min(least, loss), Infinity);
}
