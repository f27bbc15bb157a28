import { isSame } from '../base/json.js';
import { parsePythonJson } from '../base/parse-json.js';
import { sha256 } from '../base/sha256.js';
import { StudyError } from '../errors.js';
import { FINISHED, type OptunaStudy, type OptunaTrial, timeOf } from './optuna-records.js';
import { chosenOf } from './store-study.js';

/** What a line of a journal says was done. */
const CREATE_STUDY = 0;
const DELETE_STUDY = 1;
const SET_STUDY_SYSTEM_ATTRIBUTE = 3;
const CREATE_TRIAL = 4;
const SET_PARAMETER = 5;
const SET_STATE = 6;
const SET_INTERMEDIATE_VALUE = 7;
const SET_USER_ATTRIBUTE = 8;
const SET_SYSTEM_ATTRIBUTE = 9;

const STATES = ['RUNNING', 'COMPLETE', 'PRUNED', 'FAIL', 'WAITING'];
const MAXIMIZE = 2;

type Fields = { readonly [key: string]: unknown };

interface Study {
  readonly name: string;
  readonly directions: readonly ('min' | 'max')[];
  metricNames: readonly string[];
  readonly trials: Trial[];
}
type Trial = {
  -readonly [key in Exclude<keyof OptunaTrial, 'parameters' | 'userAttributes' | 'systemAttributes'>]: OptunaTrial[key];
} & {
  readonly study: Study;
  readonly parameters: Map<string, OptunaTrial['parameters'][number]>;
  readonly userAttributes: Map<string, unknown>;
  readonly systemAttributes: Map<string, unknown>;
};

/** Whether a text is a file of Optuna's JournalStorage, of which every line is an operation. */
export const isOptunaJournal = (text: string): boolean => /^\{\s*"op_code"\s*:/.test(text);

/**
 * The studies of a file of Optuna's JournalStorage, by doing again what its lines say. As Optuna does, a line that came too
 * late or fits no trial is passed over, and so is a last line that is not ended: it is being written.
 *
 * @param names which studies; all when empty.
 * @throws StudyError STUDY_IMPORT for another line that is none, and when it has no study of that name.
 */
export function readOptunaJournal(text: string, path: string, names: readonly string[]): OptunaStudy[] {
  const journal = createJournal();
  const lines = text.split('\n');
  lines.pop();
  for (const [i, line] of lines.entries()) {
    try {
      journal.apply(parsePythonJson(line) as Fields);
    } catch (cause) {
      throw new StudyError('STUDY_IMPORT', `${path}, line ${i + 1}: ${(cause as Error).message}`, {
        cause,
        remedy: 'copy the file again, or take the line out',
      });
    }
  }
  const fingerprint = { file: sha256(text) };
  return chosenOf(journal.studies(), names, path).map(
    (study): OptunaStudy => ({
      ...{ name: study.name, directions: study.directions, metricNames: study.metricNames, fingerprint },
      trials: study.trials.map((trial) => ({ ...trial, parameters: [...trial.parameters.values()] })),
    }),
  );
}

function createJournal() {
  /** By number; one that was deleted leaves its number. */
  const studies = new Map<number, Study>();
  let created = 0;
  const trials: Trial[] = [];

  function createTrial(line: Fields): void {
    const study = studies.get(Number(line['study_id']));
    if (study === undefined) return;
    const [parameters, distributions] = [fieldsOf(line['params']), fieldsOf(line['distributions'])];
    const trial: Trial = {
      study,
      state: stateOf(line['state'] ?? 0),
      startedAt: timeOf(line['datetime_start'] as string | null),
      finishedAt: timeOf(line['datetime_complete'] as string | undefined),
      parameters: new Map(
        Object.entries(parameters).map(([name, stored]) => [name, parameterOf(name, stored, distributions[name])]),
      ),
      values: valuesOf(line['values'] ?? (line['value'] === undefined ? null : [line['value']])),
      userAttributes: new Map(Object.entries(fieldsOf(line['user_attrs']))),
      systemAttributes: new Map(Object.entries(fieldsOf(line['system_attrs']))),
      lastStep: greatest(Object.keys(fieldsOf(line['intermediate_values'])).map(Number)),
    };
    trials.push(trial);
    study.trials.push(trial);
  }

  /** One that has not finished; what comes later has no effect. */
  function open(line: Fields): Trial | undefined {
    const trial = trials[Number(line['trial_id'])];
    return trial === undefined || FINISHED.includes(trial.state) ? undefined : trial;
  }

  function apply(line: Fields): void {
    switch (line['op_code']) {
      case CREATE_STUDY: {
        const name = String(line['study_name']);
        if ([...studies.values()].some((study) => study.name === name)) return;
        const directions = (line['directions'] as readonly unknown[]).map((one) => (one === MAXIMIZE ? 'max' : 'min'));
        studies.set(created++, { name, directions, metricNames: [], trials: [] });
        return;
      }
      case DELETE_STUDY:
        studies.delete(Number(line['study_id']));
        return;
      case SET_STUDY_SYSTEM_ATTRIBUTE: {
        const named = fieldsOf(line['system_attr'])['study:metric_names'];
        const study = studies.get(Number(line['study_id']));
        if (Array.isArray(named) && study !== undefined) study.metricNames = named.map(String);
        return;
      }
      case CREATE_TRIAL:
        createTrial(line);
        return;
      case SET_PARAMETER: {
        const trial = open(line);
        if (trial === undefined) return;
        const parameter = parameterOf(String(line['param_name']), line['param_value_internal'], line['distribution']);
        const before = trial.study.trials.find(({ parameters }) => parameters.has(parameter.name));
        const known = before?.parameters.get(parameter.name);
        if (known === undefined || isCompatible(known.distribution, parameter.distribution)) {
          trial.parameters.set(parameter.name, parameter);
        }
        return;
      }
      case SET_STATE: {
        const trial = open(line);
        if (trial === undefined) return;
        trial.state = stateOf(line['state']);
        if (typeof line['datetime_start'] === 'string') trial.startedAt = timeOf(line['datetime_start']);
        if (typeof line['datetime_complete'] === 'string') trial.finishedAt = timeOf(line['datetime_complete']);
        if (line['values'] !== null && line['values'] !== undefined) trial.values = valuesOf(line['values']);
        return;
      }
      case SET_INTERMEDIATE_VALUE: {
        const trial = open(line);
        if (trial !== undefined) trial.lastStep = Math.max(trial.lastStep ?? 0, Number(line['step']));
        return;
      }
      case SET_USER_ATTRIBUTE:
        for (const entry of Object.entries(fieldsOf(line['user_attr']))) open(line)?.userAttributes.set(...entry);
        return;
      case SET_SYSTEM_ATTRIBUTE:
        for (const entry of Object.entries(fieldsOf(line['system_attr']))) open(line)?.systemAttributes.set(...entry);
        return;
      default:
        // Attributes of studies, and what other programs note there.
        if (typeof line['op_code'] !== 'number') throw new SyntaxError('it is no operation of a journal');
    }
  }

  return { apply, studies: (): readonly Study[] => [...studies.values()] };
}

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

const greatest = (steps: readonly number[]) => (steps.length === 0 ? undefined : Math.max(...steps));

function stateOf(code: unknown): string {
  const state = STATES[Number(code)];
  if (state === undefined) throw new SyntaxError(`the state ${String(code)} is not known`);
  return state;
}

function parameterOf(name: string, stored: unknown, distribution: unknown) {
  if (typeof stored === 'number' && typeof distribution === 'string') return { name, stored, distribution };
  throw new SyntaxError(`parameter "${name}" has no value or no distribution`);
}

/** Infinities come as texts. */
const valuesOf = (values: unknown): readonly number[] => (Array.isArray(values) ? values.map(Number) : []);

/** Optuna refuses another kind or scale under the same name, and other choices. */
function isCompatible(before: string, after: string): boolean {
  const [a, b] = [before, after].map((json) => parsePythonJson(json) as { name?: unknown; attributes?: Fields });
  const same = (key: string) => isSame(a?.attributes?.[key] ?? null, b?.attributes?.[key] ?? null);
  return a?.name === b?.name && same('log') && same('choices');
}
