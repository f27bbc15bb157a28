import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type LiveEvents, STATES, type StudyEntry, type WholeStudy } from '../protocol.js';
import { getJson } from './get-json.js';
import { createStudyData, type StudyData } from './study-data.js';

/** `live`: the server tells everything new. `lost`: the page tries to reach it again. */
export type Connection = 'connecting' | 'live' | 'lost';

export interface Studies {
  readonly entries: readonly StudyEntry[] | null;
  /** Those wanted that are here, by id. */
  readonly loaded: ReadonlyMap<string, StudyData>;
  /** Grows with everything that comes. */
  readonly version: number;
  readonly connection: Connection;
  /** What the server refused last. */
  readonly error: string | null;
}

/** The list of studies and the wanted ones whole, both kept up to date by the server's events. */
export function useStudies(wanted: readonly string[]): Studies {
  const [entries, setEntries] = useState<readonly StudyEntry[] | null>(null);
  const [connection, setConnection] = useState<Connection>('connecting');
  const [error, setError] = useState<string | null>(null);
  const [version, setVersion] = useState(0);
  const loaded = useRef(new Map<string, StudyData>());
  /** Finished trials by the list that was said last: a study is read later than its line, so the two do not compare. */
  const listed = useRef(new Map<string, number>());
  const names = wanted.join(' ');

  useEffect(() => {
    getJson<readonly StudyEntry[]>('/api/studies').then(setEntries, (refused: Error) => setError(refused.message));
  }, []);

  useEffect(() => {
    const ids = names.split(' ').filter(Boolean);
    let live: EventSource | undefined;
    let isOver = false;
    let again: ReturnType<typeof setTimeout> | undefined;
    // Many trials may come between two pictures: one drawing for all of them.
    let frame = 0;
    const draw = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        setVersion((before) => before + 1);
      });
    };

    async function load(id: string): Promise<void> {
      if (loaded.current.has(id)) return;
      const { head, batch, now } = await getJson<WholeStudy>(`/api/studies/${id}`);
      const data = createStudyData(head, now);
      data.append(batch);
      if (!isOver) loaded.current.set(id, data);
      draw();
    }

    function listen(): void {
      const query = ids.flatMap((id) => {
        const data = loaded.current.get(id);
        return data === undefined ? [] : [`study=${id}:${data.count}`];
      });
      const stream = new EventSource(`/api/live?${query.join('&')}`);
      live = stream;
      const on = <Name extends keyof LiveEvents>(name: Name, hear: (said: LiveEvents[Name]) => void) =>
        stream.addEventListener(name, (event) => {
          hear(JSON.parse((event as MessageEvent<string>).data) as LiveEvents[Name]);
          draw();
        });
      on('studies', (list) => {
        setEntries(list);
        const anew = list.filter((entry) => finishedOf(entry) < (listed.current.get(entry.id) ?? 0));
        listed.current = new Map(list.map((entry) => [entry.id, finishedOf(entry)]));
        if (anew.length === 0) return;
        // Somebody deleted the study and began one of the same name: what is here is of the old one.
        stream.close();
        for (const { id } of anew) loaded.current.delete(id);
        begin();
      });
      on('trials', ({ id, batch }) => loaded.current.get(id)?.append(batch));
      on('now', ({ id, now }) => {
        const data = loaded.current.get(id);
        if (data !== undefined) Object.assign(data, { now, version: data.version + 1 });
      });
      stream.addEventListener('open', () => setConnection('live'));
      stream.addEventListener('error', () => {
        // A stream of its own accord asks from the old place again; this one asks from where the page is now.
        stream.close();
        setConnection('lost');
        if (!isOver) again = setTimeout(listen, 1000);
      });
    }

    function begin(): void {
      Promise.all(ids.map(load)).then(
        () => {
          setError(null);
          if (!isOver) listen();
        },
        (refused: Error) => {
          if (isOver) return;
          setError(refused.message);
          listen();
        },
      );
    }

    begin();
    return () => {
      isOver = true;
      live?.close();
      clearTimeout(again);
      cancelAnimationFrame(frame);
    };
  }, [names]);

  return useMemo(
    () => ({ entries, loaded: loaded.current, version, connection, error }),
    [entries, version, connection, error],
  );
}

/** How many of its trials are finished. */
export const finishedOf = ({ trials }: StudyEntry): number =>
  STATES.reduce((sum, state) => sum + (trials[state] ?? 0), 0);
