/** Room for the results of graphs, given back in the reverse order it was taken in. */
export interface StackMemory {
  take(length: number): Float32Array;
  /** Where the stack ends now. */
  mark(): Mark;
  /** Gives back all that was taken since. */
  release(mark: Mark): void;
}

interface Mark {
  readonly chunk: number;
  readonly used: number;
}

/** Numbers of a chunk: 64 MB. */
const CHUNK = 2 ** 24;
/** Numbers of a cache line; everything begins at one. */
const LINE = 16;

/** Memory of JavaScript that stays, since fresh arrays for every result would wait for the garbage collector. */
export function createStackMemory(): StackMemory {
  const chunks: Float32Array[] = [];
  let chunk = 0;
  let used = 0;
  return {
    take: (length) => {
      const room = Math.ceil(length / LINE) * LINE;
      while (chunk < chunks.length && used + room > (chunks[chunk] as Float32Array).length) {
        chunk += 1;
        used = 0;
      }
      if (chunk === chunks.length) chunks.push(new Float32Array(Math.max(CHUNK, room)));
      const taken = (chunks[chunk] as Float32Array).subarray(used, used + length);
      used += room;
      return taken;
    },
    mark: () => ({ chunk, used }),
    release: (mark) => {
      ({ chunk, used } = mark);
    },
  };
}
