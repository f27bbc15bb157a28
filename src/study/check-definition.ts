import type { Json } from '../base/json.js';
import type { StudyDefinition } from '../core/store.js';
import { StudyError } from '../errors.js';

/**
 * Holds a stored study to the definition it is resumed with.
 *
 * @throws StudyError STUDY_CHANGED with every difference, one a line.
 */
export function checkDefinition(stored: StudyDefinition, now: StudyDefinition): void {
  const differences = [
    ...differ('space', stored.space.parameters, now.space.parameters),
    ...differ('oracle', stored.oracle.fingerprint, now.oracle.fingerprint),
    ...differ('', { oracle: stored.oracle.name }, { oracle: now.oracle.name }),
    ...differ('', core(stored), core(now)),
  ];
  if (stored.space.hash !== now.space.hash && !differences.some((line) => line.startsWith('space'))) {
    differences.push(
      `space: its constraints, conditions or weights (hash ${stored.space.hash.slice(0, 12)} is now ${now.space.hash.slice(0, 12)})`,
    );
  }
  if (differences.length === 0) return;
  throw new StudyError(
    'STUDY_CHANGED',
    `study "${stored.name}" cannot go on, something it depends on has changed:\n  ${differences.join('\n  ')}`,
    { remedy: 'put it back as it was, or start a study of another --name' },
  );
}

const core = ({ technique, objectives, seed, constraints = [] }: StudyDefinition) => ({
  technique,
  objectives: objectives.map(({ metric, direction }) => `${metric}:${direction}`),
  seed,
  constraints,
});

type Facts = { readonly [key: string]: Json };

function differ(prefix: string, before: Facts, after: Facts): string[] {
  const show = (value: Json | undefined) => (value === undefined ? 'absent' : shorten(JSON.stringify(value)));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
    .map((key) => `${prefix === '' ? '' : `${prefix} `}${key}: ${show(before[key])} is now ${show(after[key])}`);
}

const shorten = (text: string) => (text.length > 120 ? `${text.slice(0, 117)}…` : text);
