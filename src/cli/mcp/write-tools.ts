import { z } from 'zod';
import { describeEnvironment } from '../../base/environment.js';
import type { Configuration } from '../../core/space.js';
import type { Store } from '../../core/store.js';
import { StudyError, UsageError } from '../../errors.js';
import { createTechnique, DEFAULT_TECHNIQUE } from '../../plugins/create-technique.js';
import { loadTechniques } from '../../plugins/load-techniques.js';
import { writeStudyReport } from '../../report/write-study-report.js';
import { compileSpace } from '../../search-space/compile-space.js';
import { parseSpace } from '../../search-space/parse-space.js';
import { addNote, enqueueTrials } from '../../store/edit-studies.js';
import { openSqliteStore } from '../../store/sqlite.js';
import { createStudy, type Study } from '../../study/study.js';
import { checkConfigurations } from '../commands/enqueue.js';
import { checkOutputFolder } from '../output.js';
import { readStudyRecord } from '../stored-study.js';
import { defineTool, pathWithin, STUDY, type Tool } from './tools.js';

interface Held {
  readonly store: Store;
  readonly study: Study;
}

const configuration = z.record(z.string(), z.json()).describe('Parameter name to value');

/** What changes something, and the studies that an agent measures itself, open as long as the server lives. */
export function createWriteTools(): { readonly tools: readonly Tool[]; readonly close: () => void } {
  const open = new Map<string, Held>();
  const close = () => {
    for (const { store, study } of open.values()) {
      study.close();
      store.close();
    }
    open.clear();
  };
  return { tools: [...owned(open), ...plain], close };
}

/** Studies whose measuring is the agent's: it asks for configurations, measures them by whatever it has, and tells. */
const owned = (open: Map<string, Held>): readonly Tool[] => [
  defineTool({
    name: 'ask',
    description:
      'Configurations to measure next, of a study that you measure yourself; tell each result. The study is made when it is not there (then give space and objectives) and goes on where it was otherwise. Configurations without a result are given out again after a restart',
    writes: true,
    input: {
      db: STUDY.db,
      study: z.string().default('study').describe('Name of the study'),
      count: z.int().min(1).max(100).default(1),
      space: z
        .unknown()
        .optional()
        .describe(
          'For a new study: the search space, as search-space files have it: {name, parameters: [{name, type, …}], constraints}',
        ),
      objectives: z
        .array(z.object({ metric: z.string(), direction: z.enum(['min', 'max']) }))
        .optional()
        .describe('For a new study: what is optimised'),
      technique: z.string().optional().describe('For a new study; by default the default of search'),
      seed: z.int().min(0).optional().describe('For a new study; by default 1'),
    },
    call: async ({ db, study: name, count, ...settings }, { root }) => {
      const path = pathWithin(root, db);
      const key = JSON.stringify([path, name]);
      const held = open.get(key) ?? (await openStudy(path, name, settings));
      open.set(key, held);
      return {
        trials: held.study.ask(count).map(({ number, configuration: own }) => ({ number, configuration: own })),
      };
    },
  }),
  defineTool({
    name: 'tell',
    description: 'The result of a trial that ask gave out: its metrics, or that it is infeasible or failed',
    writes: true,
    input: {
      db: STUDY.db,
      study: z.string().default('study').describe('Name of the study'),
      number: z.int().min(0).describe('Number of the trial'),
      metrics: z
        .record(z.string(), z.number())
        .optional()
        .describe('What was measured, the objectives by name among it'),
      state: z.enum(['complete', 'infeasible', 'failed']).default('complete'),
      message: z.string().optional().describe('Why it is infeasible or failed'),
      seconds: z.number().min(0).default(0).describe('What measuring took'),
    },
    call: async ({ db, study: name, number, metrics, state, message = '', seconds }, { root }) => {
      const held = open.get(JSON.stringify([pathWithin(root, db), name]));
      if (held === undefined) {
        throw new StudyError('STUDY_TELL', `no trial of study "${name}" was asked for since this server started`, {
          remedy: 'ask again; what had no result is given out first',
        });
      }
      if (state === 'complete' && metrics === undefined)
        throw new UsageError('a complete trial needs its metrics', { remedy: 'give metrics: { name: number }' });
      const told =
        state === 'complete'
          ? ({ state, metrics: metrics ?? {} } as const)
          : state === 'failed'
            ? ({ state, kind: 'runtime', message } as const)
            : ({ state, message } as const);
      const { improvement, values } = held.study.tell(number, told, seconds);
      return { number, state, values, improvement, measured: held.study.measuredCount };
    },
  }),
];

interface Settings {
  readonly space?: unknown;
  readonly objectives?: readonly { readonly metric: string; readonly direction: 'min' | 'max' }[] | undefined;
  readonly technique?: string | undefined;
  readonly seed?: number | undefined;
}

async function openStudy(path: string, name: string, given: Settings): Promise<Held> {
  const store = openSqliteStore(path);
  try {
    const known = store.read(name)?.definition;
    const file = given.space ?? known?.space.definition;
    const objectives = given.objectives ?? known?.objectives;
    if (file === undefined || objectives === undefined) {
      throw new UsageError(`there is no study "${name}" in ${path} yet`, {
        remedy: 'give space and objectives to begin it',
      });
    }
    const space = compileSpace(parseSpace(JSON.stringify(file), 'space'));
    const spec = given.technique ?? known?.technique ?? 'default';
    const techniqueSpec = spec === 'default' ? DEFAULT_TECHNIQUE : spec;
    const study = await createStudy({
      ...{ name, space, store, objectives, techniqueSpec, resume: true },
      technique: createTechnique(techniqueSpec, await loadTechniques()),
      seed: given.seed ?? known?.seed ?? 1,
      environment: describeEnvironment(),
    });
    return { store, study };
  } catch (error) {
    store.close();
    throw error;
  }
}

const plain: readonly Tool[] = [
  defineTool({
    name: 'enqueue',
    description: 'Have a study, running or not, measure these configurations next',
    writes: true,
    input: { ...STUDY, configurations: z.array(configuration).min(1).max(1000) },
    call: async ({ db, study, configurations }, { root }) => {
      const { path, record } = readStudyRecord(pathWithin(root, db), study);
      const checked = checkConfigurations(record, configurations as unknown as Configuration[]);
      enqueueTrials(path, record.definition.name, checked);
      return { study: record.definition.name, enqueued: checked };
    },
  }),
  defineTool({
    name: 'note',
    description: 'Write a note to a study or to one of its trials; show and reports show it',
    writes: true,
    input: { ...STUDY, text: z.string().min(1).max(2000), trial: z.int().min(0).optional() },
    call: async ({ db, study, text, trial }, { root }) => {
      const { path, record } = readStudyRecord(pathWithin(root, db), study);
      addNote(path, record.definition.name, text, trial);
      return { study: record.definition.name, noted: text };
    },
  }),
  defineTool({
    name: 'report',
    description: 'Write the report of a study into a folder: report.html, and pictures with the numbers behind them',
    writes: true,
    input: { ...STUDY, output: z.string().describe('Folder to make, below the one that the server works in') },
    call: async ({ db, study, output }, { root }) => {
      const { path, record } = readStudyRecord(pathWithin(root, db), study);
      const folder = pathWithin(root, output);
      checkOutputFolder(folder, { inputs: [path], own: ['report.html'], option: 'output' });
      await writeStudyReport(record, path, folder);
      return { report: `${output.replace(/\/$/, '')}/report.html` };
    },
  }),
];
