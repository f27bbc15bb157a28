import { type Json, ownValue } from '../base/json.js';
import type { StudyDefinition } from '../core/store.js';
import type { FedTrial } from '../store/trial-feed.js';
import { createNames } from './numbered-names.js';
import { type ParameterAxis, type ParameterColumn, STATES, type TrialBatch } from './protocol.js';

/** Types whose values are numbers, whether or not the study lists them. */
const NUMERIC = new Set(['integer', 'float', 'power-of-two']);

/** The parameters of a study, in the space's order, from the lines that its definition keeps of them. */
export function axesOf({ space }: StudyDefinition): ParameterAxis[] {
  return Object.entries(space.parameters).map(([name, line]) => {
    const [type = '', ...rest] = String(line).split(' ');
    const levels = readLevels(rest.join(' '));
    const kind = levels !== undefined ? 'levels' : NUMERIC.has(type) ? 'number' : 'text';
    return { name, type, kind, levels: levels ?? [], isLog: scaleOf(space, name) };
  });
}

/** `true false`, `"a b" "c"`, `1 2 4`: values as JSON with spaces between; undefined for `of 1000` or what is no JSON. */
function readLevels(text: string): Json[] | undefined {
  const words = text.match(/"(?:[^"\\]|\\.)*"|[^\s"]+/g) ?? [];
  if (words.length === 0 || words[0] === 'of') return undefined;
  try {
    const levels = words.map((word) => JSON.parse(word) as Json);
    return levels.every((level) => typeof level !== 'object') ? levels : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the space's file, where the study keeps it, spreads a parameter over powers. */
function scaleOf(space: StudyDefinition['space'], name: string): boolean {
  const file = (space as { readonly definition?: Json }).definition;
  if (typeof file !== 'object' || file === null || Array.isArray(file)) return false;
  const { parameters } = file as { readonly parameters?: readonly { readonly name?: Json; readonly scale?: Json }[] };
  const scale = parameters?.find?.((parameter) => parameter.name === name)?.scale;
  return scale === 'log' || scale === 'log2';
}

/** Trials as columns: the page needs a parameter or an objective of all trials at once, never a whole trial at a time. */
export function toColumns(
  trials: readonly FedTrial[],
  from: number,
  objectives: number,
  axes: readonly ParameterAxis[],
): TrialBatch {
  const techniques = createNames();
  return {
    from,
    number: trials.map(({ number }) => number),
    technique: trials.map(({ technique }) => techniques.place(technique)),
    techniques: techniques.list,
    state: trials.map(({ state }) => STATES.indexOf(state)),
    values: Array.from({ length: objectives }, (_, axis) => trials.map(({ values }) => values?.[axis] ?? null)),
    improvement: trials.map(({ improvement }) => improvement),
    seconds: trials.map(({ seconds }) => seconds),
    parameters: axes.map((axis) => columnOf(axis, trials)),
    failures: trials.flatMap(({ number, failure }) => (failure === undefined ? [] : [{ number, ...failure }])),
  };
}

function columnOf({ name, kind, levels }: ParameterAxis, trials: readonly FedTrial[]): ParameterColumn {
  const given = ({ configuration }: FedTrial) => ownValue(configuration, name);
  if (kind === 'number') {
    return { values: trials.map((trial) => (typeof given(trial) === 'number' ? (given(trial) as number) : null)) };
  }
  if (kind === 'levels') {
    const places = new Map(levels.map((level, place) => [level, place]));
    return { values: trials.map((trial) => places.get(given(trial) as Json) ?? null) };
  }
  const texts = createNames();
  const values = trials.map((trial) => {
    const value = given(trial);
    return value === undefined ? null : texts.place(typeof value === 'string' ? value : JSON.stringify(value));
  });
  return { values, texts: texts.list };
}
