import type { Json } from '../base/json.js';
import { summariseFront } from '../charts/front-summary.js';
import type { StudyRecord } from '../store/study-record.js';
import { type FailureSummary, failuresByKind } from './failures.js';
import { type TrialRecord, trialRecords } from './trial-record.js';

/** What there is to know of a study at a glance; JSON. */
export interface StudyReport {
  readonly name: string;
  readonly space: {
    readonly name: string;
    readonly hash: string;
    readonly parameters: { readonly [name: string]: Json };
  };
  readonly oracle: { readonly name: string; readonly fingerprint: { readonly [key: string]: Json } };
  readonly technique: string;
  readonly seed: number;
  readonly objectives: readonly { readonly metric: string; readonly direction: 'min' | 'max' }[];
  readonly constraints: readonly string[];
  readonly version: string;
  /** Of the process that opened it last. */
  readonly environment: { readonly [key: string]: Json };
  /** How many trials in each state, and how many configurations wait in the queue. */
  readonly trials: { readonly [state: string]: number };
  readonly pace: Pace;
  readonly status: StudyStatus;
  /** Who measures for the process that runs it; null when that process does. */
  readonly fleet: StudyRecord['fleet'];
  /** The best complete trial; null with several objectives. */
  readonly best: TrialRecord | null;
  readonly front: readonly TrialRecord[];
  readonly hypervolume: number;
  readonly failures: readonly FailureSummary[];
  readonly notes: StudyRecord['notes'];
  /** The command that goes on with it. */
  readonly resume: string;
}

export interface Pace {
  /** Over the last 50 trials that were stored; null where times are not known. */
  readonly trialsPerMinute: number | null;
  /** What measuring takes; null when nothing was measured. */
  readonly medianSeconds: number | null;
}

export interface StudyStatus {
  /** `left` when its process ended without a word. */
  readonly state: 'running' | 'stopped' | 'interrupted' | 'left';
  readonly detail: string;
  readonly at: string | null;
}

/** @param db the database, for the command that goes on. */
export function summariseStudy(study: StudyRecord, db: string): StudyReport {
  const { definition, finished, environments, enqueued, notes } = study;
  const records = new Map(trialRecords(study).map((trial) => [trial.number, trial]));
  const { front, hypervolume } = summariseFront(finished, definition.objectives);
  const members = front.flatMap(({ number }) => records.get(number) ?? []);
  const status = statusOf(study);
  const counts: { [state: string]: number } = {};
  for (const { state } of records.values()) counts[state] = (counts[state] ?? 0) + 1;
  const { name, technique, seed, objectives, constraints = [], begun } = definition;
  return {
    ...{ name, technique, seed, objectives, constraints, version: begun.version },
    space: { name: definition.space.name, hash: definition.space.hash, parameters: definition.space.parameters },
    oracle: definition.oracle,
    environment: environments.at(-1)?.detail ?? {},
    trials: { ...counts, ...(enqueued.length === 0 ? {} : { enqueued: enqueued.length }) },
    pace: paceOf(study),
    status,
    fleet: status.state === 'running' ? study.fleet : null,
    best: objectives.length === 1 ? (members[0] ?? null) : null,
    front: members,
    hypervolume,
    failures: failuresByKind(finished),
    notes,
    resume: resumeCommand(study, db),
  };
}

const RECENT = 50;

function paceOf({ times, seconds }: StudyRecord): Pace {
  const ends = [...times.values()]
    .flatMap(({ finishedAt }) => finishedAt ?? [])
    .sort((a, b) => a - b)
    .slice(-RECENT);
  const minutes = ((ends.at(-1) ?? 0) - (ends[0] ?? 0)) / 60_000;
  const taken = [...seconds.values()].sort((a, b) => a - b);
  return {
    trialsPerMinute: ends.length > 1 && minutes > 0 ? (ends.length - 1) / minutes : null,
    medianSeconds: taken[Math.floor(taken.length / 2)] ?? null,
  };
}

function statusOf({ writer, events }: StudyRecord): StudyStatus {
  const last = events.at(-1);
  const at = last?.at ?? null;
  if (writer !== undefined && writer.state !== 'dead') return { state: 'running', detail: writer.name, at };
  const end = last?.kind === 'stopped' || last?.kind === 'interrupted' ? last.kind : 'left';
  return { state: end, detail: end === 'left' ? '' : (last?.detail ?? ''), at };
}

/** The words a shell gives back as they are. */
const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** As the search was called, where that is known; else with what the study depends on, and a gap for the rest. */
function resumeCommand({ definition, environments }: StudyRecord, db: string): string {
  // No technique of ours goes on with what another program began.
  const program = environments[0]?.detail['program'];
  if (program !== undefined) {
    return `supersam search --space … --oracle … --warm-start ${quoted(`${db}:${definition.name}`)} --trials … --study …`;
  }
  const called = environments.map(({ detail }) => detail['command']).findLast(Array.isArray) as string[] | undefined;
  if (called !== undefined) {
    const words = called.includes('--resume') ? called : [...called, '--resume'];
    return ['supersam', ...words].map(quoted).join(' ');
  }
  const { name, technique, seed, objectives, constraints = [] } = definition;
  const options = [
    ...objectives.flatMap(({ metric, direction }) => ['--objective', `${metric}:${direction}`]),
    ...constraints.flatMap((constraint) => ['--constraint', constraint]),
    ...['--technique', technique, '--seed', String(seed), '--study', db, '--name', name],
  ];
  return `supersam search --space … --oracle … ${options.map(quoted).join(' ')} --trials … --resume`;
}
