/** What arrives in any order and is taken one after the other. */
export interface Inbox<T> {
  put(item: T): void;
  /** The oldest item; waits for one. One call at a time. */
  take(): Promise<T>;
  readonly size: number;
}

export function createInbox<T>(): Inbox<T> {
  const items: T[] = [];
  let deliver: ((item: T) => void) | undefined;
  return {
    put(item) {
      if (deliver === undefined) items.push(item);
      else deliver(item);
      deliver = undefined;
    },
    take() {
      const item = items.shift();
      return item === undefined ? new Promise((resolve) => (deliver = resolve)) : Promise.resolve(item);
    },
    get size() {
      return items.length;
    },
  };
}
