import { type Command, InvalidArgumentError } from 'commander';
import { describeEnvironment } from '../../base/environment.js';
import type { Configuration, Value } from '../../core/space.js';
import type { StoredStudy } from '../../core/store.js';
import { StudyError, UsageError } from '../../errors.js';
import { openSqliteStore, readStudies } from '../../store/sqlite.js';
import { defineStudy } from '../../study/definition.js';
import { migrateTrials } from '../../study/first-trials.js';
import { addProblemOptions, openProblem, type ProblemOptions } from '../open-problem.js';
import { readName } from '../read-values.js';
import { pickStudy } from '../stored-study.js';
import { print } from '../terminal.js';

interface Options extends ProblemOptions {
  readonly constraint: readonly string[];
  readonly study?: string;
  readonly to: string;
  readonly default: Configuration;
}

const EXAMPLE = `
The copy goes on by "supersam search --resume" with the same --space, --oracle and --constraint; its technique then learns
from the trials taken over. That the old measurements also hold for the oracle named here is yours to know.

Example:
  supersam space migrate s.db --space larger.json --oracle module:measure.mjs --default dropout=0 --to larger`;

export async function defineSpaceMigrate(command: Command): Promise<void> {
  command.argument('<db>');
  (await addProblemOptions(command))
    .option('--study <name>', 'which study of the database (not needed when it holds one)')
    .requiredOption('--to <name>', 'name of the copy, in the same database; the original stays', readName)
    .option('--default <name=value>', 'what a new parameter was in the old trials; repeatable', readDefault, {})
    .addHelpText('after', EXAMPLE)
    .action(migrate);
}

async function migrate(db: string, options: Options): Promise<void> {
  const study = readOriginal(db, options);
  const store = openSqliteStore(db);
  try {
    const { objectives, seed, technique, constraints: kept = [] } = study.definition;
    const { space, oracle, constraints } = await openProblem({
      ...options,
      constraints: options.constraint,
      metrics: objectives.map(({ metric }) => metric),
    });
    try {
      if (JSON.stringify([...constraints].sort()) !== JSON.stringify(kept)) {
        throw new UsageError('the study holds its trials to other constraints on measured metrics', {
          remedy: kept.length === 0 ? 'leave them out' : `give these: ${kept.join(', ')}`,
        });
      }
      const moved = migrateTrials(study, space, options.default);
      const definition = await defineStudy({
        ...{ name: options.to, space, oracle, objectives, seed, constraints, race: study.definition.race },
        techniqueSpec: technique,
      });
      const log = store.claim(definition, describeEnvironment());
      try {
        log.begin(moved.finished, moved.open, study.seconds);
        log.event('created', `${moved.finished.length} trials of study "${study.definition.name}"`);
      } finally {
        log.release();
      }
      print(`study "${options.to}": ${moved.finished.length} trials, ${moved.open.length} to be measured`);
    } finally {
      await oracle.close?.();
    }
  } finally {
    store.close();
  }
}

function readOriginal(db: string, { study, to }: Options): StoredStudy {
  const reader = readStudies(db);
  try {
    if (!reader.names().includes(to)) return pickStudy(reader, db, study);
    throw new StudyError('STUDY_EXISTS', `${db} holds a study "${to}" already`, { remedy: 'give another --to' });
  } finally {
    reader.close();
  }
}

function readDefault(text: string, before: Configuration): Configuration {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Write NAME=VALUE.');
  return { ...before, [text.slice(0, equals)]: readValue(text.slice(equals + 1)) };
}

/** JSON where it is JSON, a plain word otherwise. */
function readValue(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}
