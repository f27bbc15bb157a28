/** Numbers in ascending order that are only ever added to: those that came since the last look are merged in. */
export interface SortedNumbers {
  push(value: number): void;
  readonly sum: number;
  values(): Float64Array;
  /** The number below which such a share of all lies; NaN of none. */
  quantile(share: number): number;
}

export function createSortedNumbers(): SortedNumbers {
  let sorted = new Float64Array(0);
  let fresh: number[] = [];
  let sum = 0;
  function values(): Float64Array {
    if (fresh.length === 0) return sorted;
    const added = Float64Array.from(fresh).sort();
    fresh = [];
    const merged = new Float64Array(sorted.length + added.length);
    for (let at = 0, a = 0, b = 0; at < merged.length; at++) {
      const isOld = b === added.length || (a < sorted.length && (sorted[a] as number) <= (added[b] as number));
      merged[at] = (isOld ? sorted[a++] : added[b++]) as number;
    }
    sorted = merged;
    return sorted;
  }
  return {
    push(value) {
      fresh.push(value);
      sum += value;
    },
    get sum() {
      return sum;
    },
    values,
    quantile(share) {
      const all = values();
      return all[Math.min(all.length - 1, Math.floor(share * all.length))] ?? Number.NaN;
    },
  };
}
