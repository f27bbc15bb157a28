import type { Measurement, Oracle } from '../../core/oracle.js';

export interface TimeLimit {
  /** The most a measurement may take. */
  readonly seconds?: number;
  /** The most it may take in multiples of the quickest complete measurement so far. */
  readonly factor?: number;
  /** What the quickest took before: a study that is resumed goes on with the limit it had. */
  readonly quickestSeconds?: number;
}

/** How long an oracle may take to heed its signal; then it is left behind. */
const GRACE_MS = 3000;

/** Ends measurements that take too long, as failures of kind timeout. The limit also holds for a quicker oracle's slips. */
export function timeLimited(oracle: Oracle, limits: TimeLimit): Oracle {
  const { seconds = Infinity, factor = Infinity, quickestSeconds = Infinity } = limits;
  let quickest = quickestSeconds;
  return {
    ...oracle,
    async measure(configuration, context) {
      const limit = Math.min(seconds, factor * quickest);
      const started = performance.now();
      const expiry = new AbortController();
      const signal = AbortSignal.any([context.signal, expiry.signal]);
      const measured = oracle.measure(configuration, { ...context, signal });
      const timers: NodeJS.Timeout[] = [];
      const expired = new Promise<Measurement>((resolve) => {
        if (!Number.isFinite(limit)) return;
        const timeout: Measurement = { state: 'failed', kind: 'timeout', message: `took more than ${show(limit)} s` };
        timers.push(
          setTimeout(() => {
            expiry.abort();
            timers.push(setTimeout(() => resolve(timeout), GRACE_MS));
            measured.then(
              () => resolve(timeout),
              () => resolve(timeout),
            );
          }, limit * 1000),
        );
      });
      try {
        // Once expired, what the oracle says of its own end does not count.
        const result = await Promise.race([expired, measured.then((own) => (expiry.signal.aborted ? expired : own))]);
        if (result.state === 'complete') quickest = Math.min(quickest, (performance.now() - started) / 1000);
        return result;
      } catch (error) {
        if (expiry.signal.aborted) return await expired;
        throw error;
      } finally {
        for (const timer of timers) clearTimeout(timer);
      }
    },
  };
}

const show = (seconds: number) => Number(seconds.toPrecision(3));
