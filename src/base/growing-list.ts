/** What was made of a list so far, and its end then. */
interface Seen<Item, Known> {
  known: Known;
  count: number;
  last: Item | undefined;
}

/**
 * A memo of what follows from a list by taking in its items one after the other, for lists that only ever grow at their end,
 * save that the last item may be taken off again, as the trials of a study do: each call takes in what is new alone, so
 * that ten thousand trials are not looked through at each step.
 *
 * @param begin what is known of an empty list; `take` may change it.
 */
export function createGrowingMemo<Item extends object, Known>(
  begin: () => Known,
  take: (known: Known, item: Item, place: number) => void,
): (list: readonly Item[]) => Known {
  const memo = new WeakMap<readonly Item[], Seen<Item, Known>>();
  return (list) => {
    let seen = memo.get(list);
    if (seen === undefined || (seen.count > 0 && list[seen.count - 1] !== seen.last)) {
      seen = { known: begin(), count: 0, last: undefined };
      memo.set(list, seen);
    }
    for (; seen.count < list.length; seen.count++) take(seen.known, list[seen.count] as Item, seen.count);
    seen.last = list.at(-1);
    return seen.known;
  };
}
