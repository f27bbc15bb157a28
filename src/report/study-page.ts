import { type StudyReport, summariseStudy } from '../analysis/study-summary.js';
import type { TrialRecord } from '../analysis/trial-record.js';
import { shortNumber } from '../base/short-number.js';
import { htmlPage, responsiveFigure, scrollBox } from '../charts/html-page.js';
import { element, text } from '../charts/svg/element.js';
import { metricLabel } from '../charts/svg/format.js';
import type { StudyRecord } from '../store/study-record.js';
import type { ReportChart } from './chart.js';
import { techniqueRows } from './search-charts.js';

const SHOWN = 20;

/**
 * A study as one HTML page: style and pictures inside, no scripts, nothing loaded from elsewhere; the links under the
 * pictures lead to the files beside it.
 */
export function studyPage(study: StudyRecord, db: string, charts: readonly ReportChart[]): string {
  const report = summariseStudy(study, db);
  const body = element(
    'main',
    {},
    element('h1', {}, text(`Study ${report.name}`)),
    element('p', { class: 'headline' }, text(headline(report))),
    ...report.notes.map(({ number, text: said, at }) =>
      element('p', {}, text(`${number === null ? 'Note' : `Note on trial ${number}`} (${at.slice(0, 10)}): ${said}`)),
    ),
    bestTable(report),
    ...charts.map((chart) =>
      section(
        chart.title,
        responsiveFigure(chart.draw, chart.caption) +
          element('p', { class: 'quiet' }, ...links(`charts/${chart.id}`, ['csv', 'svg', 'png'])),
      ),
    ),
    failures(report),
    section(
      'Techniques',
      table('techniques', ['technique', 'trials', 'complete', 'improved', 'gained'], techniqueRows(study)),
    ),
    section('Where it comes from', provenance(report, study)),
    section('It goes on by', element('pre', {}, text(report.resume))),
  );
  return htmlPage(`Study ${report.name}`, body);
}

function headline({ trials, best, front, objectives, hypervolume, status }: StudyReport): string {
  const counts = Object.entries(trials).map(([state, count]) => `${count} ${state}`);
  const metric = metricLabel(objectives[0]?.metric ?? '');
  const found =
    best !== null
      ? ` The best ${metric} is ${shortNumber(Object.values(best.values ?? {})[0] ?? Number.NaN)}, of trial ${best.number}.`
      : front.length > 0
        ? ` ${front.length} of them are on the front of ${objectives.map(({ metric: own }) => metricLabel(own)).join(', ')}; its hypervolume is ${shortNumber(hypervolume)}.`
        : ' Nothing was measured yet.';
  const state = status.state === 'running' ? ' The search runs.' : '';
  return `${counts.length === 0 ? 'No trials' : `Trials: ${counts.join(', ')}`}.${found}${state}`;
}

function bestTable({ best, front, objectives }: StudyReport): string {
  const members = best === null ? front : [best];
  if (members.length === 0) return '';
  const metrics = objectives.map(({ metric }) => metric);
  const names = [...new Set(members.flatMap(({ configuration }) => Object.keys(configuration)))];
  const row = ({ number, technique, values, configuration }: TrialRecord) => [
    ...[`trial ${number}`, ...metrics.map((metric) => values?.[metric])],
    ...names.map((name) => (Object.hasOwn(configuration, name) ? configuration[name] : undefined)),
    technique,
  ];
  const more =
    members.length > SHOWN
      ? element('p', { class: 'quiet' }, text(`${members.length - SHOWN} more are in trials.json.`))
      : '';
  const rows = members.slice(0, SHOWN).map(row);
  return section(
    best === null ? 'The front' : 'The best',
    table('best trials', ['', ...metrics.map(metricLabel), ...names, 'technique'], rows) + more,
  );
}

function failures({ failures: kinds }: StudyReport): string {
  if (kinds.length === 0) return '';
  const rows = kinds.map(({ kind, count, number, message }) => [kind, count, `trial ${number}: ${message}`]);
  return section('Failures', table('failures', ['kind', 'trials', 'what the first of them said'], rows, 'wrapped'));
}

function provenance(report: StudyReport, study: StudyRecord): string {
  const { space, oracle, technique, seed, version, constraints, pace } = report;
  const events = study.events.filter(({ kind }) => kind !== 'resumed').slice(-SHOWN);
  const facts: (readonly [string, string])[] = [
    ['technique', technique],
    ['seed', String(seed)],
    ['objectives', report.objectives.map(({ metric, direction }) => `${metric} (${direction})`).join(', ')],
    ...constraints.map((constraint) => ['constraint', constraint] as const),
    ['space', `${space.name}, sha256 ${space.hash.slice(0, 16)}`],
    ...Object.entries(space.parameters).map(([name, said]) => [`parameter ${name}`, String(said)] as const),
    ['oracle', oracle.name],
    ...Object.entries(oracle.fingerprint).map(
      ([key, value]) => [`oracle ${key}`, typeof value === 'string' ? value : JSON.stringify(value)] as const,
    ),
    ['begun by', `supersam ${version}`],
    ...study.environments.slice(-3).map(({ detail, at }) => {
      const { command: _, ...machine } = detail;
      return [`opened ${at.slice(0, 19).replace('T', ' ')}`, Object.values(machine).join(', ')] as const;
    }),
    ...(pace.trialsPerMinute === null
      ? []
      : [['trials a minute', shortNumber(Number(pace.trialsPerMinute.toPrecision(3)))] as const]),
    ...events.map(({ kind, detail, at }) => [`${kind} ${at.slice(0, 19).replace('T', ' ')}`, detail] as const),
  ];
  const rows = facts.map(([name, said]) =>
    element('tr', {}, element('th', { scope: 'row' }, text(name)), element('td', {}, text(said))),
  );
  return element('table', { class: 'facts' }, element('tbody', {}, ...rows));
}

const section = (title: string, content: string): string => element('h2', {}, text(title)) + content;

/** The first column names the row. */
function table(label: string, header: readonly string[], rows: readonly (readonly unknown[])[], kind?: string): string {
  const head = header.map((name, i) =>
    element('th', { scope: 'col', class: i === 0 ? 'name' : undefined }, text(name)),
  );
  const cell = (value: unknown) =>
    text(
      value === undefined || value === null
        ? '–'
        : typeof value === 'number'
          ? shortNumber(value)
          : typeof value === 'string'
            ? value
            : JSON.stringify(value),
    );
  const lines = rows.map((row) => {
    const [first, ...rest] = row;
    const cells = rest.map((value) =>
      element('td', { class: typeof value === 'string' ? 'name' : undefined }, cell(value)),
    );
    return element('tr', {}, element('th', { scope: 'row', class: 'name' }, cell(first)), ...cells);
  });
  const whole = element(
    'table',
    { class: kind },
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...lines),
  );
  return scrollBox(label, whole);
}

const links = (base: string, kinds: readonly string[]): string[] =>
  kinds.map(
    (kind, i) =>
      `${i === 0 ? '' : ', '}${element('a', { href: `${base}.${kind}` }, text(kind === 'csv' ? 'the numbers (CSV)' : kind.toUpperCase()))}`,
  );
