/** A map of one image between two segments of an encoder. */
export interface Activation {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Activations by (image, pieces that made them), the least recently used dropped when they take too much memory. */
export interface PrefixCache {
  get(key: string): Activation | undefined;
  set(key: string, activation: Activation): void;
}

export function createPrefixCache(maxBytes: number): PrefixCache {
  // A Map keeps insertion order, so its first key is the least recently used once every hit is inserted anew.
  const entries = new Map<string, Activation>();
  let bytes = 0;
  const remove = (key: string) => {
    bytes -= entries.get(key)?.data.byteLength ?? 0;
    entries.delete(key);
  };
  return {
    get: (key) => {
      const found = entries.get(key);
      if (found === undefined) return undefined;
      entries.delete(key);
      entries.set(key, found);
      return found;
    },
    set: (key, activation) => {
      if (activation.data.byteLength > maxBytes) return;
      remove(key);
      entries.set(key, activation);
      bytes += activation.data.byteLength;
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        remove(oldest);
      }
    },
  };
}
