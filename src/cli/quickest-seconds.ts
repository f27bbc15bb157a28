import { existsSync } from 'node:fs';
import { readStudies } from '../store/sqlite.js';

/**
 * What the quickest complete measurement of a stored study took, one of its repeats on the average; undefined when there
 * is none.
 *
 * @param file the database, which need not exist.
 */
export function quickestSeconds(
  file: string,
  { name, repeats = 1 }: { readonly name: string; readonly repeats?: number | undefined },
): number | undefined {
  if (!existsSync(file)) return undefined;
  const store = readStudies(file);
  try {
    const { finished = [], seconds } = store.read(name) ?? {};
    const taken = finished.flatMap(({ state, number }) =>
      state === 'complete' ? [(seconds?.get(number) ?? Infinity) / repeats] : [],
    );
    const least = Math.min(...taken);
    return Number.isFinite(least) && least > 0 ? least : undefined;
  } finally {
    store.close();
  }
}
