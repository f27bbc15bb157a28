import type { Command } from 'commander';
import type { Configuration } from '../../core/space.js';
import { UsageError } from '../../errors.js';
import { compileSpace } from '../../search-space/compile-space.js';
import type { SpaceDefinition } from '../../search-space/definition.js';
import { enqueueTrials } from '../../store/edit-studies.js';
import type { StudyRecord } from '../../store/study-record.js';
import { readConfigurations } from '../read-configuration.js';
import { addStudyArgument, readStudyRecord } from '../stored-study.js';
import { note, print, printData } from '../terminal.js';

const EXAMPLES = `
A search that runs takes them before it asks its technique again; one that has stopped does so when it goes on. They count
against its --trials as all do.

Examples:
  supersam enqueue s.db '{"width": 64, "depth": 3}'
  supersam enqueue s.db configurations.json`;

export function defineEnqueue(command: Command): void {
  addStudyArgument(command)
    .argument('<configuration>', 'JSON, or a file with one configuration or a list of them')
    .option('--json', 'print what was enqueued as JSON', false)
    .addHelpText('after', EXAMPLES)
    .action(async (db: string, argument: string, options: { readonly study?: string; readonly json: boolean }) => {
      const { path, record } = readStudyRecord(db, options.study);
      const configurations = checkConfigurations(record, await readConfigurations(argument));
      const { name } = record.definition;
      enqueueTrials(path, name, configurations);
      if (options.json) printData(JSON.stringify({ db: path, study: name, enqueued: configurations }, null, 2));
      else print(`${configurations.length} enqueued in study "${name}"`);
      if (record.writer?.state !== 'alive') note(`no search of it runs on this machine; they wait until one goes on`);
    });
}

/**
 * The configurations in canonical form, held to the study's space where it is kept.
 *
 * @throws SpaceError for what is not legal, UsageError for what the study has already.
 */
export function checkConfigurations(record: StudyRecord, given: readonly Configuration[]): Configuration[] {
  const { definition: file, parameters } = record.definition.space;
  if (file === undefined) {
    const unknown = given.flatMap(Object.keys).find((name) => !Object.hasOwn(parameters, name));
    if (unknown === undefined) return [...given];
    throw new UsageError(`the study has no parameter "${unknown}"`, {
      remedy: `it has ${Object.keys(parameters).join(', ')}`,
    });
  }
  // Constraints may read what only the oracle tells: the search that takes a configuration holds it to them.
  const space = compileSpace({ ...(file as unknown as SpaceDefinition), constraints: [] });
  const known = new Map([...record.finished, ...record.open].map((trial) => [space.key(trial.configuration), trial]));
  return given.map((configuration) => {
    const canonical = space.canonical(configuration);
    const before = known.get(space.key(canonical));
    if (before === undefined) return canonical;
    throw new UsageError(`the study has ${JSON.stringify(canonical)} already, as trial ${before.number}`, {
      remedy: 'a configuration is measured once',
    });
  });
}
