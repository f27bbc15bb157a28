import type { Column } from './columns.js';
import type { StudyData } from './study-data.js';

/** What trials are looked at: those within every brush and of the technique. */
export interface Filter {
  /** Ranges of parameters and objectives, by `axisKey`; both ends belong to them. */
  readonly brushes: ReadonlyMap<string, Range>;
  /** A place in the study's techniques; null for all. */
  readonly technique: number | null;
}

export type Range = readonly [low: number, high: number];

export const NO_FILTER: Filter = { brushes: new Map(), technique: null };

export const isOpen = ({ brushes, technique }: Filter): boolean => brushes.size === 0 && technique === null;

export const axisKey = (kind: 'parameter' | 'objective', place: number): string => `${kind}:${place}`;

/** The column that a brush's key is about. */
export function columnOf(data: StudyData, key: string): Column | undefined {
  const [kind, place] = key.split(':');
  return (kind === 'parameter' ? data.parameters : data.values)[Number(place)];
}

/** Whether a trial, by its place in the completion order, is looked at. */
export function passes(data: StudyData, { brushes, technique }: Filter): (index: number) => boolean {
  const ranges = [...brushes].flatMap(([key, range]) => {
    const column = columnOf(data, key);
    return column === undefined ? [] : [{ column, range }];
  });
  return (index) =>
    (technique === null || data.technique.at(index) === technique) &&
    // What has no value there, as an inactive parameter, is in no range.
    ranges.every(({ column, range: [low, high] }) => column.at(index) >= low && column.at(index) <= high);
}

export function withBrush(filter: Filter, key: string, range: Range | null): Filter {
  const brushes = new Map(filter.brushes);
  if (range === null) brushes.delete(key);
  else brushes.set(key, range);
  return { ...filter, brushes };
}
