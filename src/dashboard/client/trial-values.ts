import { writeCsv } from '../../base/csv.js';
import type { Json } from '../../base/json.js';
import { STATES } from '../protocol.js';
import { formatValue } from './format.js';
import type { StudyData } from './study-data.js';

/** The value of a parameter in a trial; undefined where it is inactive. */
function parameterValue(data: StudyData, place: number, index: number): Json | undefined {
  const [axis, column] = [data.head.parameters[place], data.parameters[place]];
  const value = column?.at(index) ?? Number.NaN;
  if (axis === undefined || Number.isNaN(value)) return undefined;
  if (axis.kind === 'number') return value;
  if (axis.kind === 'levels') return axis.levels[value];
  const text = data.texts[place]?.list[value];
  try {
    // Lists and records travel as JSON; what is none is a text.
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  } catch {
    return text;
  }
}

/** The same for people. */
export function valueText(data: StudyData, place: number, index: number): string {
  const value = parameterValue(data, place, index);
  if (value === undefined) return '–';
  return typeof value === 'number' ? formatValue(value) : typeof value === 'string' ? value : JSON.stringify(value);
}

export function configurationOf(data: StudyData, index: number): { [parameter: string]: Json } {
  return Object.fromEntries(
    data.head.parameters.flatMap(({ name }, place) => {
      const value = parameterValue(data, place, index);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Trials as CSV with every digit, in the columns of `supersam trials --csv`. */
export function trialsCsv(data: StudyData, indexes: readonly number[]): string {
  const { parameters, objectives } = data.head;
  const header = [
    'number',
    'technique',
    'state',
    ...parameters.map(({ name }) => name),
    ...objectives.map(({ metric }) => metric),
  ];
  const rows = indexes.map((index) => [
    ...[data.number.at(index), data.techniques.list[data.technique.at(index)], STATES[data.state.at(index)]],
    ...parameters.map((_, place) => parameterValue(data, place, index)),
    ...data.values.map((column) => (Number.isNaN(column.at(index)) ? undefined : column.at(index))),
  ]);
  return writeCsv([header, ...rows]);
}

/** Hands the reader a file that the page has made. */
export function download(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
