import type { Configuration } from '../../core/configuration.js';
import type { Measurement, Oracle } from '../../core/oracle.js';
import type { MeasurementCache } from '../../store/measurement-cache.js';

/**
 * Looks every configuration up before it measures it, and keeps what was measured: complete and infeasible ones, while
 * failures are tried again. What is kept belongs to the oracle's fingerprint, so a changed program starts afresh.
 *
 * @param key equal for two spellings of one configuration (`space.key`).
 */
export async function cached(
  oracle: Oracle,
  key: (configuration: Configuration) => string,
  cache: MeasurementCache,
): Promise<Oracle> {
  const owner = JSON.stringify([oracle.name, await oracle.fingerprint()]);
  return {
    ...oracle,
    async measure(configuration, context): Promise<Measurement> {
      const own = key(configuration);
      const kept = cache.get(owner, own);
      if (kept !== undefined) return kept;
      const measured = await oracle.measure(configuration, context);
      if (measured.state !== 'failed') cache.set(owner, own, measured);
      return measured;
    },
    async close() {
      cache.close();
      await oracle.close?.();
    },
  };
}
