import { ownValue } from '../base/json.js';
import type { Value } from '../core/space.js';
import { compileExpression } from '../search-space/expression.js';
import { lookupIn } from '../search-space/parameters.js';
import type { StudyRecord } from '../store/study-record.js';
import type { TrialRecord } from './trial-record.js';

const OWN = { number: 'number', seconds: 'number', state: 'string', technique: 'string', failure: 'string' } as const;

/**
 * A condition on trials, in the language of constraints: over parameters, metrics, `number`, `state`, `technique`,
 * `seconds` and `failure` (its kind). What a trial does not have meets no condition.
 *
 * @throws SpaceError SPACE_EXPRESSION for a name that is none of these, with what was meant.
 */
export function compileWhere(text: string, study: StudyRecord): (trial: TrialRecord) => boolean {
  const metrics = new Set(study.finished.flatMap((trial) => Object.keys(trial.metrics ?? {})));
  for (const { metric } of study.definition.objectives) metrics.add(metric);
  const parameters = new Set(Object.keys(study.definition.space.parameters));
  const isParameter = (name: string) => parameters.has(name) || parameters.has(name.replace(/\.\d+$/, ''));
  const kindOf = (name: string) =>
    isParameter(name)
      ? 'any'
      : metrics.has(name)
        ? 'number'
        : Object.hasOwn(OWN, name)
          ? ownValue(OWN, name)
          : undefined;
  const known = [...parameters, ...metrics, ...Object.keys(OWN)];
  const expression = compileExpression(text, `condition "${text}"`, kindOf, known);
  return (trial) => {
    const parameter = lookupIn(trial.configuration);
    return expression.holds((name): Value | undefined => {
      if (isParameter(name)) return parameter(name);
      const measured = ownValue(trial.metrics ?? {}, name);
      if (measured !== undefined) return measured;
      if (name === 'failure') return trial.failure?.kind;
      return Object.hasOwn(OWN, name)
        ? (trial[name as 'number' | 'state' | 'technique' | 'seconds'] ?? undefined)
        : undefined;
    });
  };
}
