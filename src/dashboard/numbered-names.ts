/** Names numbered in the order in which they first came: what is sent, and what is kept of it on the page. */
export interface NumberedNames {
  readonly list: readonly string[];
  /** The number of a name, the next one for a new name. */
  place(name: string): number;
}

export function createNames(): NumberedNames {
  const list: string[] = [];
  const places = new Map<string, number>();
  return {
    list,
    place(name) {
      const known = places.get(name);
      if (known !== undefined) return known;
      places.set(name, list.length);
      list.push(name);
      return list.length - 1;
    },
  };
}
