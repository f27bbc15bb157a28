import type { FinishedTrial } from '../core/trial.js';
import type { Study } from './study.js';

/** What the progress line of a run says beside the count. */
export interface ProgressText {
  /** Takes a trial in that was just told. */
  add(trial: FinishedTrial): void;
  /**
   * Trials a minute of this run, the best so far (several objectives: the size of the front), how many trials of the study
   * failed and of what.
   */
  text(): string;
}

/** @param now milliseconds, from any beginning. */
export function createProgressText(study: Study, now: () => number = () => performance.now()): ProgressText {
  const { objectives } = study.definition;
  const started = now();
  const failures = new Map<string, number>();
  let [told, infeasible, pruned] = [0, 0, 0];
  const count = ({ state, failure }: FinishedTrial) => {
    if (state === 'infeasible') infeasible++;
    else if (state === 'pruned') pruned++;
    else if (failure !== undefined) failures.set(failure.kind, (failures.get(failure.kind) ?? 0) + 1);
  };
  study.trials.forEach(count);
  return {
    add(trial) {
      told++;
      count(trial);
    },
    text() {
      const minutes = (now() - started) / 60_000;
      const pace = minutes > 0 ? [`${Number((told / minutes).toPrecision(3))} trials a minute`] : [];
      const unmet = [
        ...(infeasible > 0 ? [`${infeasible} infeasible`] : []),
        ...(pruned > 0 ? [`${pruned} pruned`] : []),
      ];
      return [...pace, ...foundText(study, objectives.length), ...failureText(failures), ...unmet].join(', ');
    },
  };
}

function foundText(study: Study, objectives: number): string[] {
  if (objectives > 1) return [`${study.front().length} on the front`];
  const best = study.best();
  const value = best?.values?.[0];
  if (best === undefined || value === undefined) return [];
  return [`best ${study.definition.objectives[0]?.metric} ${Number(value.toPrecision(6))} (trial ${best.number})`];
}

function failureText(failures: ReadonlyMap<string, number>): string[] {
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  const said = [...failures].map(([kind, count]) => (failures.size === 1 ? kind : `${count} ${kind}`));
  return failed > 0 ? [`${failed} failed (${said.join(', ')})`] : [];
}
