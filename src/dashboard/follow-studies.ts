import { EventEmitter } from 'node:events';
import { statSync } from 'node:fs';
import { isSame } from '../base/json.js';
import { SupersamError } from '../errors.js';
import { readStudies } from '../store/sqlite.js';
import { readRecords } from '../store/study-record.js';
import { readTrialFeed, type TrialFeed } from '../store/trial-feed.js';
import { axesOf, toColumns } from './columns.js';
import { type FoundDatabase, findDatabases, studyId } from './find-databases.js';
import type { StudyEntry, StudyHead, StudyNow, WholeStudy } from './protocol.js';

/** What a new trial waits at most until it is seen. */
const TICK_MS = 150;
/** Looking takes at most such a part of a processor, but is done once a second: long studies are read less often. */
const SHARE = 0.1;
const LONGEST_REST_MS = 1000 - TICK_MS;
/** After so many ticks folders are looked through again, and whether writers live. */
const TICKS_A_ROUND = 20;

/** `entries`: the list has changed. `grown`: studies of these ids may have. */
export type Change = 'entries' | { readonly grown: ReadonlySet<string> };

/** The studies of some files and folders as they grow. */
export interface StudyFollower {
  /** By file and name. */
  entries(): readonly StudyEntry[];
  /** The study with the trials from a place of the completion order on. Undefined when there is no such study. */
  read(id: string, from: number): WholeStudy | undefined;
  /** Where a study lies. */
  locate(id: string): { readonly path: string; readonly name: string } | undefined;
  /** Calls the listener on every change until the returned function is called; the files are watched meanwhile. */
  follow(listener: (change: Change) => void): () => void;
}

interface Watched {
  readonly database: FoundDatabase;
  signature: string;
  entries: readonly StudyEntry[];
}

/** @throws UsageError for a path where nothing is, StudyError for a named file that is no study database. */
export function followStudies(paths: readonly string[]): StudyFollower {
  const watched = new Map<string, Watched>();
  const changes = new EventEmitter().setMaxListeners(0);
  let timer: NodeJS.Timeout | undefined;
  let ticks = 0;
  let restUntil = 0;
  // Said at once for a file that was named; what is in folders may be anything.
  for (const { path, isNamed } of findDatabases(paths)) if (isNamed) readStudies(path).close();
  findAgain();

  function findAgain(): boolean {
    const found = new Map(findDatabases(paths.filter(exists)).map((database) => [database.path, database]));
    let isChanged = false;
    for (const path of watched.keys()) isChanged = (!found.has(path) && watched.delete(path)) || isChanged;
    for (const [path, database] of found) {
      if (watched.has(path)) continue;
      const watch: Watched = { database, signature: '', entries: [] };
      watched.set(path, watch);
      isChanged = look(watch, false).isNew || isChanged;
    }
    return isChanged;
  }

  /** Reads the list of a database again when its file has changed, or when `isRound` and somebody seemed to write. */
  function look(watch: Watched, isRound: boolean): { isTouched: boolean; isNew: boolean } {
    const signature = signatureOf(watch.database.path);
    const isTouched = signature !== watch.signature;
    if (!isTouched && !(isRound && watch.entries.some(({ writer }) => writer !== null))) {
      return { isTouched, isNew: false };
    }
    const before = watch.entries;
    watch.signature = signature;
    watch.entries = listStudies(watch.database);
    return { isTouched, isNew: !isSame(before, watch.entries) };
  }

  function tick(): void {
    if (performance.now() < restUntil) return;
    const started = process.cpuUsage();
    const isRound = ++ticks % TICKS_A_ROUND === 0;
    const grown = new Set<string>();
    let isChanged = isRound && findAgain();
    for (const watch of watched.values()) {
      const { isTouched, isNew } = look(watch, isRound);
      isChanged = isNew || isChanged;
      if (isTouched || isNew) for (const { id } of watch.entries) grown.add(id);
    }
    if (isChanged) changes.emit('change', 'entries');
    if (grown.size > 0) changes.emit('change', { grown });
    const { user, system } = process.cpuUsage(started);
    restUntil = performance.now() + Math.min(LONGEST_REST_MS, ((user + system) / 1000) * (1 / SHARE - 1));
  }

  const find = (id: string) => {
    for (const { database, entries } of watched.values()) {
      const entry = entries.find((each) => each.id === id);
      if (entry !== undefined) return { path: database.path, entry };
    }
    return undefined;
  };
  return {
    entries() {
      // Nobody watches before the first follower and after the last.
      if (timer === undefined) {
        findAgain();
        for (const watch of watched.values()) look(watch, true);
      }
      return [...watched.values()].flatMap(({ entries }) => entries);
    },
    read(id, from) {
      const found = find(id);
      const feed = found === undefined ? undefined : readTrialFeed(found.path, found.entry.name, from);
      if (found === undefined || feed === undefined) return undefined;
      const head = headOf(found.entry, feed);
      const batch = toColumns(feed.finished, from, head.objectives.length, head.parameters);
      return { head, batch, now: nowOf(found.entry, feed) };
    },
    locate(id) {
      const found = find(id);
      return found === undefined ? undefined : { path: found.path, name: found.entry.name };
    },
    follow(listener) {
      changes.on('change', listener);
      timer ??= setInterval(tick, TICK_MS);
      return () => {
        changes.off('change', listener);
        if (changes.listenerCount('change') > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

const exists = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

/** Changes whenever somebody writes to the database: sizes and times of the file and of its log. */
function signatureOf(path: string): string {
  return ['', '-wal']
    .map((suffix) => statSync(path + suffix, { throwIfNoEntry: false, bigint: true }))
    .map((stats) => (stats === undefined ? '' : `${stats.size}:${stats.mtimeNs}`))
    .join('|');
}

/** The studies of one database; none when it is not ours or is just being made. */
function listStudies({ path, label }: FoundDatabase): StudyEntry[] {
  try {
    using records = readRecords(path);
    return records.list().map(({ name, objectives, trials, writer }) => ({
      ...{ id: studyId(path, name), file: label, name, objectives, trials },
      writer: writer === undefined || writer.state === 'dead' ? null : writer.name,
    }));
  } catch (error) {
    if (error instanceof SupersamError) return [];
    throw error;
  }
}

function headOf({ id, file }: StudyEntry, { definition }: TrialFeed): StudyHead {
  const { name, technique, objectives, constraints = [], seed, begun, space, oracle } = definition;
  return {
    ...{ id, file, name, technique, objectives, constraints, seed, version: begun.version },
    ...{ space: space.name, oracle: oracle.name, parameters: axesOf(definition) },
  };
}

function nowOf({ writer }: StudyEntry, { open, running, fleet }: TrialFeed): StudyNow {
  const measured = open.filter(({ number }) => running.has(number));
  return {
    writer,
    open: open.length,
    // A writer that is gone has left its list behind.
    fleet: writer === null ? null : fleet,
    running: measured.map(({ number, technique, attempts = 1 }) => ({
      ...{ number, technique, attempts },
      startedAt: running.get(number) ?? null,
    })),
  };
}
