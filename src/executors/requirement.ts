import { isSame, ownValue } from '../base/json.js';
import type { Requirement } from '../core/executor.js';
import { ExecutorError } from '../errors.js';

/**
 * Holds what a worker has to what a study requires, so that no number comes from another checkpoint, other data or another
 * version.
 *
 * @param who has it, for the message.
 * @throws ExecutorError EXECUTOR_REFUSED with every difference, one a line.
 */
export function checkRequirement(required: Requirement, held: Requirement, who: string): void {
  const lines = [
    ...differ('supersam', required.supersam, held.supersam),
    ...differ('oracle', required.oracle, held.oracle),
    ...[...new Set([...Object.keys(required.fingerprint), ...Object.keys(held.fingerprint)])].flatMap((key) =>
      differ(`oracle ${key}`, ownValue(required.fingerprint, key), ownValue(held.fingerprint, key)),
    ),
  ];
  if (lines.length === 0) return;
  throw new ExecutorError('EXECUTOR_REFUSED', `${who} would measure something else:\n  ${lines.join('\n  ')}`, {
    remedy: 'give it the same files, options and version of supersam as the study has',
  });
}

const differ = (what: string, required: unknown, held: unknown) =>
  isSame(required, held) ? [] : [`${what}: ${show(held)}, the study has ${show(required)}`];

function show(value: unknown): string {
  const text = value === undefined ? 'absent' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
