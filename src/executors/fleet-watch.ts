import type { Fleet } from '../core/executor.js';
import type { WorkerSign } from './messages.js';

/** Who measures, as the coordinator knows it: told of once when they come, go or refuse. */
export interface FleetWatch {
  /** True when the number of slots has changed. */
  see(signs: readonly WorkerSign[]): boolean;
  /** The workers that have been silent for longer than the lease; they are forgotten. */
  silent(): string[];
  /** One that is known to be gone. */
  drop(name: string): void;
  knows(name: string): boolean;
  counted(name: string): void;
  slots(): number;
  workers(): Fleet['workers'];
}

/** Signs are compared by this machine's own clock, since those of others may differ. */
export function createFleetWatch(leaseMs: number, onNote: (message: string) => void): FleetWatch {
  const known = new Map<string, { sign: WorkerSign; changed: number; readonly since: number; jobs: number }>();
  const refusals = new Set<string>();
  const slots = () => [...known.values()].reduce((sum, { sign }) => sum + sign.slots, 0);
  return {
    see(signs) {
      const before = slots();
      const now = performance.now();
      for (const sign of signs) {
        if (sign.refused !== undefined) {
          if (!refusals.has(sign.name)) onNote(`worker ${sign.name} does not serve this study: ${sign.refused}`);
          refusals.add(sign.name);
          continue;
        }
        const seen = known.get(sign.name);
        if (seen === undefined) {
          onNote(`worker ${sign.name} has come (${sign.slots} at once)`);
          known.set(sign.name, { sign, changed: now, since: now, jobs: 0 });
        } else if (seen.sign.beat !== sign.beat) Object.assign(seen, { sign, changed: now });
      }
      const there = new Set(signs.map(({ name }) => name));
      for (const [name, { sign }] of known) {
        if (there.has(name) || !known.delete(name)) continue;
        onNote(`worker ${name} has gone (${sign.slots} at once)`);
      }
      return slots() !== before;
    },
    silent() {
      const now = performance.now();
      const lost = [...known].filter(([, { changed }]) => now - changed > leaseMs).map(([name]) => name);
      for (const name of lost) {
        onNote(`worker ${name} has been silent for ${Math.round(leaseMs / 1000)} s: its jobs are lost`);
        known.delete(name);
      }
      return lost;
    },
    drop: (name) => void known.delete(name),
    knows: (name) => known.has(name),
    counted(name) {
      const seen = known.get(name);
      if (seen !== undefined) seen.jobs++;
    },
    slots,
    workers: () =>
      [...known.values()].map(({ sign: { name, host, slots: own }, since, jobs }) => ({
        ...{ name, host, slots: own },
        jobsPerMinute: (60_000 * jobs) / Math.max(1000, performance.now() - since),
      })),
  };
}
