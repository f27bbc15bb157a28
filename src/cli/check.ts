import type { TrialFault } from '../core/store.js';

/** One thing that was looked at: shown to be so, shown to be wrong, or neither. */
export interface Check {
  readonly check: string;
  readonly verdict: 'proven' | 'unproven' | 'fault';
  readonly what: string;
  readonly faults: readonly TrialFault[];
}

export const proven = (check: string, what: string): Check => ({ check, verdict: 'proven', what, faults: [] });
export const unproven = (check: string, what: string): Check => ({ check, verdict: 'unproven', what, faults: [] });
export const wrong = (check: string, faults: readonly TrialFault[]): Check => ({
  ...{ check, verdict: 'fault', faults },
  what: `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`,
});
export const verdict = (check: string, what: string, differences: readonly string[]): Check =>
  differences.length === 0
    ? proven(check, what)
    : wrong(
        check,
        differences.map((line) => ({ trial: null, what: line })),
      );
