import { z } from 'zod';
import { IMPORTANCE_METHODS, importances } from '../../analysis/importance.js';
import { summariseStudy } from '../../analysis/study-summary.js';
import { trialRecords } from '../../analysis/trial-record.js';
import { compileWhere } from '../../analysis/where.js';
import { listStudies } from '../list-studies.js';
import { readStudyRecord } from '../stored-study.js';
import { defineTool, pathWithin, STUDY, type Tool } from './tools.js';

const MOST_TRIALS = 1000;

/** What only asks: files are opened to be read, beside a search that runs or not. */
export const readTools: readonly Tool[] = [
  defineTool({
    name: 'list',
    description: 'Every study of the databases in the folder: name, objectives, trials by state, best value, technique',
    writes: false,
    input: { folder: z.string().default('.').describe('Folder or database, below the one that the server works in') },
    call: async ({ folder }, { root }) => listStudies([pathWithin(root, folder)], new Set()),
  }),
  defineTool({
    name: 'show',
    description:
      'One study: settings, space, environment, progress and pace, best trial or Pareto front, failures by kind with a message each, notes, the command that goes on with it',
    writes: false,
    input: STUDY,
    call: async ({ db, study }, { root }) => {
      const { path, record } = readStudyRecord(pathWithin(root, db), study);
      return summariseStudy(record, path);
    },
  }),
  defineTool({
    name: 'best',
    description: 'The best trial of a study, or with several objectives the trials of its Pareto front',
    writes: false,
    input: STUDY,
    call: async ({ db, study }, { root }) => {
      const { path, record } = readStudyRecord(pathWithin(root, db), study);
      const { best, front } = summariseStudy(record, path);
      return best === null ? front : [best];
    },
  }),
  defineTool({
    name: 'trials',
    description: 'Trials of a study with configuration, values, metrics, failure and times, a page at a time',
    writes: false,
    input: {
      ...STUDY,
      where: z
        .string()
        .optional()
        .describe(
          "Condition over parameters, metrics, number, state, technique, seconds, failure: error < 0.2 && state == 'complete'",
        ),
      offset: z.int().min(0).default(0).describe('So many that meet the condition are skipped'),
      limit: z.int().min(1).max(MOST_TRIALS).default(50),
    },
    call: async ({ db, study, where, offset, limit }, { root }) => {
      const { record } = readStudyRecord(pathWithin(root, db), study);
      const all = trialRecords(record);
      const chosen = where === undefined ? all : all.filter(compileWhere(where, record));
      return { total: chosen.length, trials: chosen.slice(offset, offset + limit) };
    },
  }),
  defineTool({
    name: 'importance',
    description:
      'How much each parameter of a study matters for each objective and, with several, for reaching the front; shares of 1',
    writes: false,
    input: { ...STUDY, method: z.enum(IMPORTANCE_METHODS).default('ped-anova') },
    call: async ({ db, study, method }, { root }) => {
      const { record } = readStudyRecord(pathWithin(root, db), study);
      return importances(record, method);
    },
  }),
];
