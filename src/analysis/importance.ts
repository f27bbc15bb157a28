import { losses } from '../core/objective.js';
import type { StoredStudy } from '../core/store.js';
import { splitTrials } from '../technique-kit/split-trials.js';
import { axesOf } from './axes.js';
import { fanova } from './fanova.js';
import { pedAnova } from './ped-anova.js';

export const IMPORTANCE_METHODS = ['ped-anova', 'fanova'] as const;
export type ImportanceMethod = (typeof IMPORTANCE_METHODS)[number];

/** How much each parameter matters for one objective, or for reaching the front. */
export interface Importance {
  readonly method: ImportanceMethod;
  /** A metric, or `front`: all objectives together, by PED-ANOVA alone. */
  readonly objective: string;
  /** Complete trials that it was computed from. */
  readonly trials: number;
  /** Most important first; shares of a sum of 1, or all equal where nothing differs. */
  readonly parameters: readonly { readonly name: string; readonly importance: number }[];
}

/** What PED-ANOVA calls good: so large a part of the trials (Optuna's default). */
const GOOD_SHARE = 0.1;
const FRONT = 'front';

/**
 * The importance of a study's parameters for each objective and, with several and PED-ANOVA, for reaching the front (good
 * are then the best tenth front by front, what does not fit whole by the hypervolume it adds). Empty without two complete
 * trials.
 */
export function importances(study: StoredStudy, method: ImportanceMethod = 'ped-anova'): Importance[] {
  const { objectives } = study.definition;
  const complete = study.finished.flatMap(({ configuration, values }) =>
    values === null ? [] : [{ configuration, losses: losses(values, objectives) }],
  );
  if (complete.length < 2) return [];
  const axes = axesOf(study.definition, study.finished);
  const places = axes.map((axis) => complete.map(({ configuration }) => axis.place(configuration)));
  const result = (objective: string, raw: readonly number[]): Importance => {
    const sum = raw.reduce((total, own) => total + own, 0);
    const parameters = axes.map(({ name }, a) => ({
      name,
      importance: sum > 0 ? (raw[a] as number) / sum : 1 / axes.length,
    }));
    return {
      method,
      objective,
      trials: complete.length,
      parameters: parameters.sort((a, b) => b.importance - a.importance),
    };
  };
  const each = objectives.map(({ metric }, i) => {
    const own = complete.map((trial) => trial.losses[i] as number);
    return result(metric, method === 'fanova' ? fanova(axes, places, own) : pedAnova(axes, places, best(own)));
  });
  if (method === 'fanova' || objectives.length === 1) return each;
  const good = new Set(
    splitTrials(
      complete.map((trial) => trial.losses),
      goodCount(complete.length),
    ).good,
  );
  return [
    ...each,
    result(
      FRONT,
      pedAnova(
        axes,
        places,
        complete.map((_, i) => good.has(i)),
      ),
    ),
  ];
}

const goodCount = (trials: number) => Math.ceil(GOOD_SHARE * trials);

/** Those no worse than the last of the best tenth. */
function best(own: readonly number[]): boolean[] {
  const limit = [...own].sort((a, b) => a - b)[goodCount(own.length) - 1] as number;
  return own.map((loss) => loss <= limit);
}
