import type { Configuration, SearchSpace } from '../core/space.js';

/** Keys of configurations that were made before: a memo of a pure function, so that long studies stay responsive. */
const memo = new WeakMap<SearchSpace, WeakMap<Configuration, string>>();

/** The keys of all these configurations. */
export function takenKeys(space: SearchSpace, configurations: Iterable<Configuration>): Set<string> {
  const known = memo.get(space) ?? new WeakMap<Configuration, string>();
  memo.set(space, known);
  const keys = new Set<string>();
  for (const configuration of configurations) {
    const key = known.get(configuration) ?? space.key(configuration);
    known.set(configuration, key);
    keys.add(key);
  }
  return keys;
}
