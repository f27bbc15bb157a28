import type { Command } from 'commander';
import { StudyError } from '../../errors.js';
import { examineDatabase } from '../../store/examine.js';
import { salvage } from '../../store/salvage.js';
import { note, print, printData } from '../terminal.js';
import { alignColumns } from '../trial-table.js';

interface Options {
  readonly repair?: string;
  readonly json: boolean;
}

const EXAMPLES = `
Without a database: what this machine has and lacks. With one: whether its pages are sound, whether every study can be
read, and whether its trials are those that were stored. Exit code 1 when something is broken.

--repair writes what can be read into a new file and lists what could not; the damaged one stays as it is. A trial whose
result is gone is measured again when the search goes on.

Examples:
  supersam doctor
  supersam doctor s.db
  supersam doctor s.db --repair saved.db`;

export function defineDoctor(command: Command): void {
  command
    .argument('[db]', 'database to look through')
    .option('--repair <file>', 'write what can be read of it into a new file')
    .option('--json', 'as JSON', false)
    .addHelpText('after', EXAMPLES)
    .action((db: string | undefined, options: Options) => {
      if (db === undefined) return sayMachine(options);
      return options.repair === undefined ? sayDatabase(db, options) : repair(db, options.repair, options);
    });
}

async function sayMachine({ json }: Options): Promise<void> {
  const { checkSystem } = await import('../system-checks.js');
  const checks = await checkSystem();
  if (json) printData(JSON.stringify(checks, null, 2));
  else {
    for (const line of alignColumns(checks.map(({ state, name, what }) => [state, name, what]))) print(line.trimEnd());
    const remedies = checks.flatMap(({ name, remedy }) => (remedy === undefined ? [] : [`${name}: ${remedy}`]));
    for (const line of remedies.length > 0 ? ['', 'What is missing, where it is wanted:', ...remedies] : [])
      print(line);
  }
  const faults = checks.filter(({ state }) => state === 'fault').map(({ name }) => name);
  if (faults.length === 0) return;
  throw new StudyError('DOCTOR', `${faults.join(', ')} cannot be used here`, { remedy: 'see what to do above' });
}

function sayDatabase(path: string, { json }: Options): void {
  const { schema, damage, studies } = examineDatabase(path);
  const isSound = damage.length === 0 && studies.every(({ faults }) => faults.length === 0);
  if (json) printData(JSON.stringify({ database: path, sound: isSound, schema, damage, studies }, null, 2));
  else {
    print(`${damage.length === 0 ? 'ok    ' : 'fault '}  ${path}: schema ${schema}`);
    for (const line of damage) print(`        ${line}`);
    for (const { name, finished, open, faults } of studies) {
      print(`${faults.length === 0 ? 'ok    ' : 'fault '}  study "${name}": ${finished} finished trials, ${open} open`);
      for (const { trial, what } of faults) print(`        ${trial === null ? '' : `trial ${trial}: `}${what}`);
    }
  }
  if (isSound) return;
  throw new StudyError('STUDY_DAMAGED', `${path} is damaged`, {
    remedy: 'restore it from a copy, or save what can be read: add --repair NEW_FILE',
  });
}

function repair(path: string, to: string, { json }: Options): void {
  const studies = salvage(path, to);
  if (json) printData(JSON.stringify({ database: to, from: path, studies }, null, 2));
  else {
    for (const { name, finished, open, lost } of studies) {
      print(`${lost.length === 0 ? 'whole ' : 'partly'}  study "${name}": ${finished} finished trials, ${open} open`);
      for (const { trial, what } of lost) print(`        ${trial === null ? '' : `trial ${trial}: `}${what}`);
    }
  }
  if (studies.some(({ finished, open }) => finished + open > 0)) {
    note(`written to ${to}`);
    return;
  }
  throw new StudyError('STUDY_DAMAGED', `no trial of ${path} can be read`, { remedy: 'restore it from a copy' });
}
