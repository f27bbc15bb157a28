/** Numbers that are only ever added to, in one array that grows by doubling. NaN stands for none. */
export interface Column {
  readonly length: number;
  at(index: number): number;
  push(value: number | null): void;
  /** The smallest and largest number so far; undefined before the first. */
  readonly extent: readonly [low: number, high: number] | undefined;
}

export function createColumn(): Column {
  let data = new Float64Array(64);
  let length = 0;
  let [low, high] = [Infinity, -Infinity];
  return {
    get length() {
      return length;
    },
    at: (index) => (index < length ? (data[index] as number) : Number.NaN),
    push(value) {
      if (length === data.length) {
        const larger = new Float64Array(2 * length);
        larger.set(data);
        data = larger;
      }
      data[length++] = value ?? Number.NaN;
      if (value === null) return;
      if (value < low) low = value;
      if (value > high) high = value;
    },
    get extent(): readonly [number, number] | undefined {
      return low <= high ? [low, high] : undefined;
    },
  };
}
