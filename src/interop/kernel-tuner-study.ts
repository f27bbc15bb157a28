import { sha256 } from '../base/sha256.js';
import type { Objective } from '../core/objective.js';
import type { FailureKind, Measurement } from '../core/oracle.js';
import type { Configuration } from '../core/space.js';
import { StudyError } from '../errors.js';
import type { SpaceDefinition } from '../search-space/definition.js';
import { numbersAmong, parameterNames, scalarOf } from './foreign-values.js';
import { objectivesOf, parseKernelTuner, readKernelTuner } from './kernel-tuner.js';
import type { ForeignStudy } from './store-study.js';

/**
 * The results of a run of Kernel Tuner, its cache file or its T4 format, as a study. Values that are numbers become
 * ordinal parameters in ascending order, others categorical ones.
 *
 * @param given what was optimised; by default what the cache names (`time`), rates made large and all else small.
 * @throws StudyError STUDY_IMPORT when the text is neither, or an objective is not among its metrics.
 */
export function readKernelTunerStudy(text: string, name: string, given: readonly Objective[] = []): ForeignStudy {
  const json = parseJson(text);
  const table = readKernelTuner(json);
  if (table === undefined) {
    throw new StudyError('STUDY_IMPORT', 'this JSON holds no results of Kernel Tuner', {
      remedy: `give its cache file or its T4 results, or a database of Optuna; ${TABLES}`,
    });
  }
  const state = table.columns.indexOf('state');
  const metrics = table.columns.slice(state + 2);
  const named = objectivesOf(json).filter((metric) => metrics.includes(metric));
  const usual = metrics.includes('time') ? 'time' : (metrics[0] ?? 'time');
  const objectives =
    given.length > 0
      ? given
      : (named.length > 0 ? named : [usual]).map((metric, i) => ({ metric, direction: directionOf(json, metric, i) }));
  const missing = objectives.find(({ metric }) => !metrics.includes(metric));
  if (missing !== undefined) {
    throw new StudyError('STUDY_IMPORT', `the results have no metric "${missing.metric}"`, {
      remedy: metrics.length === 0 ? 'not one run of them succeeded' : `they have ${metrics.join(', ')}`,
    });
  }
  const renamed = parameterNames(table.columns.slice(0, state), metrics);
  const names = [...renamed.names.values()];
  const rows = [...table.rows];
  const fingerprint = { file: sha256(text) };
  return {
    ...{ name, objectives, program: 'kernel-tuner', fingerprint },
    space: {
      name,
      parameters: names.map((own, i) =>
        parameterOf(
          own,
          rows.map((row) => row[i]),
        ),
      ),
    },
    trials: rows.map((row) => ({
      technique: 'kernel-tuner',
      configuration: Object.fromEntries(names.map((own, i) => [own, scalarOf(row[i])])) as Configuration,
      measurement: { ...measured(row, state, metrics), seconds: Number(row[state + 1]) || 0 },
    })),
    notes: [
      ...(given.length > 0 ? [] : objectives)
        .filter(({ direction }) => direction === 'max')
        .map(({ metric }) => `${metric} is made large; --objective says otherwise`),
      ...renamed.notes,
    ],
  };
}

/** As the file says, else as the name of a rate does (`GFLOP/s`, `GB/s`, `GFLOPS/W`). */
function directionOf(json: unknown, metric: string, i: number): Objective['direction'] {
  const given = (json as { readonly objective_higher_is_better?: unknown }).objective_higher_is_better;
  const said = [given].flat()[i];
  const isRate = /\w\/(s|sec|w|j)$|flops?$|^fitness$|throughput|bandwidth/i.test(metric);
  return (typeof said === 'boolean' ? said : isRate) ? 'max' : 'min';
}

const TABLES = 'tables of results are read by `supersam search --oracle table:FILE`';

function parseJson(text: string): unknown {
  try {
    return parseKernelTuner(text);
  } catch (cause) {
    throw new StudyError('STUDY_IMPORT', `the file is neither a database nor JSON: ${(cause as Error).message}`, {
      cause,
      remedy: `give a database of Optuna, Kernel Tuner's cache file or its T4 results; ${TABLES}`,
    });
  }
}

function measured(row: readonly unknown[], state: number, metrics: readonly string[]): Measurement {
  const said = String(row[state]) as FailureKind | 'complete' | 'infeasible';
  if (said === 'infeasible') return { state: 'infeasible' };
  if (said !== 'complete') return { state: 'failed', kind: said, message: said };
  return { state: 'complete', metrics: numbersAmong(metrics.map((metric, i) => [metric, row[state + 2 + i]])) };
}

function parameterOf(name: string, cells: readonly unknown[]): SpaceDefinition['parameters'][number] {
  const values = [...new Set(cells.map(scalarOf))];
  const numbers = values.filter((value) => typeof value === 'number');
  return numbers.length === values.length
    ? { name, type: 'ordinal', choices: numbers.sort((a, b) => a - b) }
    : { name, type: 'categorical', choices: values };
}
