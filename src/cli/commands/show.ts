import type { Command } from 'commander';
import { type StudyReport, summariseStudy } from '../../analysis/study-summary.js';
import type { TrialRecord } from '../../analysis/trial-record.js';
import { shortNumber } from '../../base/short-number.js';
import { addStudyArgument, readStudyRecord } from '../stored-study.js';
import { duration, print, printData, terminal } from '../terminal.js';
import { alignColumns, oneLine } from '../trial-table.js';

const EXAMPLES = `
Examples:
  supersam show s.db
  supersam show results.db:mflops --json | jq .pace`;

export function defineShow(command: Command): void {
  addStudyArgument(command)
    .option('--json', 'as JSON, as always where standard output is no terminal', false)
    .addHelpText('after', EXAMPLES)
    .action((db: string, { study, json }: { readonly study?: string; readonly json: boolean }) => {
      const { path, record } = readStudyRecord(db, study);
      const report = summariseStudy(record, path);
      if (json || !terminal.isOutput) printData(JSON.stringify(report, null, 2));
      else for (const line of reportLines(report)) print(line);
    });
}

const SHOWN_FRONT = 12;
const SHOWN_PARAMETERS = 12;

/** The report for people, a fact a line. */
export function reportLines(report: StudyReport): string[] {
  const { space, oracle, objectives, constraints, environment, trials, pace, status, front, failures, notes } = report;
  const parameters = Object.entries(space.parameters);
  const machine = ['processor', 'cores', 'node'].flatMap((key) => {
    const value = environment[key];
    return typeof value === 'string' || typeof value === 'number' ? [`${value}${key === 'cores' ? ' cores' : ''}`] : [];
  });
  const facts: (readonly [string, string])[] = [
    ['study', report.name],
    ['state', [status.state, status.detail, status.at ?? ''].filter((text) => text !== '').join(', ')],
    [
      'trials',
      Object.entries(trials)
        .map(([state, count]) => `${count} ${state}`)
        .join(', ') || 'none',
    ],
    ['pace', paceText(pace)],
    ['workers', fleetText(report.fleet)],
    ['technique', `${report.technique}, seed ${report.seed}`],
    ['objectives', objectives.map(({ metric, direction }) => `${metric}:${direction}`).join(', ')],
    ...constraints.map((text) => ['constraint', text] as const),
    ['space', `${space.name}, ${parameters.length} parameters`],
    ...parameters.slice(0, SHOWN_PARAMETERS).map(([name, text]) => ['', `${name}: ${oneLine(String(text))}`] as const),
    ...(parameters.length > SHOWN_PARAMETERS ? [['', `… ${parameters.length - SHOWN_PARAMETERS} more`] as const] : []),
    [
      'oracle',
      [
        oracle.name,
        ...Object.entries(oracle.fingerprint).map(([key, value]) => `${key} ${oneLine(JSON.stringify(value))}`),
      ].join(', '),
    ],
    ['begun by', [`supersam ${report.version}`, ...machine].join(', ')],
    ...failures.map(
      ({ kind, count, number, message }) =>
        ['failed', `${count} ${kind}; the first, trial ${number}: ${oneLine(message)}`] as const,
    ),
    ...notes.map(
      ({ number, text }) => ['note', `${number === null ? '' : `trial ${number}: `}${oneLine(text)}`] as const,
    ),
    [
      objectives.length === 1 ? 'best' : 'front',
      objectives.length === 1 ? '' : `${front.length} trials, hypervolume ${shortNumber(report.hypervolume)}`,
    ],
  ];
  const members = objectives.length === 1 ? front.slice(0, 1) : front;
  return [
    ...alignColumns(facts.filter(([, text]) => text !== '')).map((line) => line.trimEnd()),
    ...members.slice(0, SHOWN_FRONT).map(trialLine),
    ...(members.length > SHOWN_FRONT ? [`  … ${members.length - SHOWN_FRONT} more: supersam best`] : []),
    ...['', 'It goes on by', `  ${report.resume}`],
  ];
}

/** A complete trial with its values, on one line. */
export const trialLine = ({ number, values, configuration }: TrialRecord): string =>
  `  trial ${number}: ${Object.entries(values ?? {})
    .map(([metric, value]) => `${metric} ${shortNumber(value)}`)
    .join(', ')}  ${JSON.stringify(configuration)}`;

function fleetText(fleet: StudyReport['fleet']): string {
  if (fleet === null) return '';
  const workers = fleet.workers.map(
    ({ name, host, slots, jobsPerMinute }) =>
      `${name} on ${host} (${slots} at once, ${shortNumber(jobsPerMinute)} jobs a minute)`,
  );
  return [...(workers.length === 0 ? ['none'] : workers), `${fleet.waiting} jobs wait`].join(', ');
}

function paceText({ trialsPerMinute, medianSeconds }: StudyReport['pace']): string {
  const pace =
    trialsPerMinute === null ? [] : [`${shortNumber(Number(trialsPerMinute.toPrecision(3)))} trials a minute`];
  const taken = medianSeconds === null ? [] : [`measuring takes ${duration(medianSeconds)} (median)`];
  return [...pace, ...taken].join(', ');
}
