import { statSync } from 'node:fs';
import type { Command } from 'commander';
import type { StudyHistory } from '../../core/store.js';
import { StudyError, SupersamError } from '../../errors.js';
import { readSpace } from '../../plugins/load-space.js';
import { compileSpace } from '../../search-space/compile-space.js';
import type { SpaceDefinition } from '../../search-space/definition.js';
import { parseSpace } from '../../search-space/parse-space.js';
import { readHistory } from '../../store/history.js';
import type { Provenance } from '../../supernet/model/provenance.js';
import { type Check, unproven } from '../check.js';
import { interruptible } from '../interruptible.js';
import { addProblemOptions, openProblem, type ProblemOptions } from '../open-problem.js';
import { numberReader, readCount } from '../read-number.js';
import { addStudyArgument, readStudyRecord, splitStudy } from '../stored-study.js';
import { note, print, printData, withProgress } from '../terminal.js';
import { type AtHand, verifyStudy } from '../verify-study.js';

interface Options extends Partial<Omit<ProblemOptions, 'space'>> {
  readonly space?: string;
  /** Of a study: its name. Of a model: the database that holds its trial. */
  readonly study?: string;
  readonly model?: string;
  readonly constraint: readonly string[];
  readonly remeasure?: number;
  readonly tolerance: number;
  readonly json: boolean;
}

const EXAMPLES = `
Of an extracted model its weights, its ONNX files, its supernet, its trial and then the study are looked at; --study and
--model say where they are now. Nothing is measured, and nothing that the file names is run or read, unless --oracle says so: give it with its options as
the search had them. Exit code 0: nothing is wrong and the search was replayed; 1: a fault, said with its trial; 4: nothing
is wrong, but the search could not be replayed.

Examples:
  supersam verify s.db
  supersam verify s.db --oracle table:t.csv --remeasure 5
  supersam verify models/subnet-70
  supersam verify results/full/study.db --oracle supernet:results/full/supernet --json`;

/** Nothing is wrong, yet not everything that one expects is proven. */
const EXIT_UNPROVEN = 4;

export async function defineVerify(command: Command): Promise<void> {
  addStudyArgument(command);
  (await addProblemOptions(command, { required: false }))
    .option('--model <folder>', 'of an extracted model: the supernet (default: where it lay)')
    .option('--remeasure <number>', 'measure so many trials again, drawn at random', readCount)
    .option('--tolerance <share>', 'by which a metric may then be off', numberReader({ min: 0 }), 0.001)
    .option('--json', 'as JSON', false)
    .addHelpText('after', EXAMPLES)
    .action(verify);
}

async function verify(target: string, options: Options): Promise<void> {
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory() !== true) {
    const { path, record } = readStudyRecord(target, options.study);
    return report(
      `study "${record.definition.name}"`,
      await checkStudy(path, record.definition.name, options),
      options,
    );
  }
  const { openExtracted, trialCheck, verifyModel } = await import('../verify-model.js');
  const opened = await openExtracted(target, { supernet: options.model, study: options.study });
  const checks = await verifyModel(opened);
  const { study: db, provenance } = opened;
  if (db === undefined) checks.push(unproven('trial', trialWords(provenance)));
  else {
    const { path: file, name: named = provenance.trial?.study } = splitStudy(db);
    const { path, record } = readStudyRecord(file, named);
    const { name } = record.definition;
    checks.push(trialCheck(provenance, readHistory(path, name) as StudyHistory));
    checks.push(...(await checkStudy(path, name, options)));
  }
  report(`model ${target}`, checks, options);
}

const trialWords = ({ trial }: Provenance) =>
  trial === undefined
    ? 'the subnet was given by hand'
    : `${trial.trial} of study "${trial.study}", seed ${trial.seed}: its database is not at hand; give --study DB`;

async function checkStudy(path: string, name: string, options: Options): Promise<Check[]> {
  const history = readHistory(path, name) as StudyHistory;
  const hand = await openAtHand(history, path, options);
  try {
    return await interruptible((signal) =>
      withProgress('verify', (onProgress) => verifyStudy(history, hand, { signal, onProgress })),
    );
  } finally {
    await hand.oracle?.close?.();
  }
}

function report(what: string, checks: readonly Check[], { json }: Options): void {
  const isFaulty = checks.some(({ verdict }) => verdict === 'fault');
  const isReplayed = checks.some(({ check, verdict }) => check === 'search' && verdict === 'proven');
  if (json) {
    printData(JSON.stringify({ faulty: isFaulty, replayed: isReplayed, checks }, null, 2));
  } else {
    for (const { check, verdict, what, faults } of checks) {
      print(`${verdict.padEnd(8)}  ${check.padEnd(8)}  ${what}`);
      for (const fault of faults)
        print(`          ${fault.trial === null ? '' : `trial ${fault.trial}: `}${fault.what}`);
    }
  }
  if (isFaulty) {
    throw new StudyError('STUDY_FALSE', `${what} is not what a search left behind`, {
      remedy: 'restore it from a copy, or make it again',
    });
  }
  if (!isReplayed) {
    throw new StudyError('STUDY_UNPROVEN', `${what}: nothing is wrong, but its search could not be replayed`, {
      exitCode: EXIT_UNPROVEN,
      remedy: 'see why above',
    });
  }
}

/** Opens what the caller named, and of the rest what the study itself holds. */
async function openAtHand(history: StudyHistory, path: string, options: Options): Promise<AtHand> {
  const { definition } = history;
  const { remeasure = 0, tolerance, oracle: spec } = options;
  const rest = { remeasure, tolerance, constraints: undefined, oracle: undefined };
  const space = options.space === undefined ? storedSpace(definition, path) : await readSpace(options.space);
  if (space === undefined) {
    return { ...rest, space, why: 'the study was begun by a release that kept no space in it; give --space' };
  }
  if (spec === undefined) {
    const called = history.environments.flatMap(({ command }) => (Array.isArray(command) ? [command] : [])).at(-1);
    if (called !== undefined) note(`the search was called by: supersam ${called.join(' ')}`);
    try {
      // Constraints on measured metrics are none of the space's.
      return { ...rest, space: compileSpace(space), why: '' };
    } catch (error) {
      if (!(error instanceof SupersamError)) throw error;
      return { ...rest, space: undefined, why: `${error.message} (if the oracle tells it, give --oracle)` };
    }
  }
  const { constraints = [], objectives } = definition;
  const asked = {
    ...options,
    ...{ space: options.space ?? '', oracle: spec, constraints: [...constraints, ...options.constraint] },
    metrics: objectives.map(({ metric }) => metric),
  };
  const problem = await openProblem(asked, space);
  return { ...problem, remeasure, tolerance, why: '' };
}

const storedSpace = (
  { space: { definition } }: StudyHistory['definition'],
  path: string,
): SpaceDefinition | undefined =>
  definition === undefined ? undefined : parseSpace(JSON.stringify(definition), `the space in ${path}`);
