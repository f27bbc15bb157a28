import { useEffect, useRef, useState } from 'preact/hooks';
import type { Fleet } from '../../core/executor.js';
import { formatValue, shortTechnique } from './format.js';
import { ScrollBox } from './scroll-box.js';
import type { StudyData } from './study-data.js';

const SHOWN = 24;

/** What is being measured now and for how long (of an older release's studies: since this page saw it), by which process. */
export function Running({ data, version }: { data: StudyData; version: number }) {
  const { writer, running, open, fleet } = data.now;
  const since = useRef(new Map<number, number>());
  const [now, setNow] = useState(Date.now);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the clock starts anew with what is being measured
  useEffect(() => {
    const before = since.current;
    since.current = new Map(
      running.map(({ number, startedAt }) => [number, startedAt ?? before.get(number) ?? Date.now()]),
    );
    setNow(Date.now());
    if (running.length === 0) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [version, running]);
  return (
    <section class="panel running" aria-labelledby="running-title">
      <header>
        <h2 id="running-title">Running</h2>
        <p class="legend">{writer ?? ''}</p>
      </header>
      {running.length === 0 && (
        <p class="empty">
          {writer === null
            ? open === 0
              ? 'Nothing is measured now.'
              : `Nobody measures now; ${open} proposed ${open === 1 ? 'trial waits' : 'trials wait'}.`
            : 'Between two trials.'}
        </p>
      )}
      <ul class="now">
        {running.slice(0, SHOWN).map(({ number, technique, attempts }) => (
          <li>
            <b>trial {number}</b> <span class="quiet">{shortTechnique(technique)}</span>
            {attempts > 1 && <span class="warn">attempt {attempts}</span>}
            <span class="clock">{elapsed(now - (since.current.get(number) ?? now))}</span>
          </li>
        ))}
      </ul>
      {running.length > SHOWN && <p class="note">and {running.length - SHOWN} more</p>}
      {fleet !== null && <Workers fleet={fleet} />}
    </section>
  );
}

/** Who measures for the search: of many the first, and what they all do. */
function Workers({ fleet: { workers, waiting } }: { fleet: Fleet }) {
  const slots = workers.reduce((sum, worker) => sum + worker.slots, 0);
  const rate = workers.reduce((sum, worker) => sum + worker.jobsPerMinute, 0);
  return (
    <>
      <ScrollBox label="Workers">
        <table class="workers">
          <thead>
            <tr>
              <th scope="col">worker</th>
              <th scope="col">machine</th>
              <th scope="col">at once</th>
              <th scope="col">jobs a minute</th>
            </tr>
          </thead>
          <tbody>
            {workers.slice(0, SHOWN).map((worker) => (
              <tr key={worker.name}>
                <th scope="row">{worker.name}</th>
                <td>{worker.host}</td>
                <td>{worker.slots}</td>
                <td>{formatValue(worker.jobsPerMinute)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <p class="note">
        {workers.length === 0 ? 'No worker is there' : `${slots} at once, ${formatValue(rate)} jobs a minute`}
        {waiting > 0 && `; ${waiting} ${waiting === 1 ? 'job waits' : 'jobs wait'}`}
        {workers.length > SHOWN && `; ${workers.length - SHOWN} more workers`}
      </p>
    </>
  );
}

function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
