import { useEffect, useRef, useState } from 'preact/hooks';
import { shortTechnique } from './format.js';
import type { StudyData } from './study-data.js';

const SHOWN = 24;

/** What is being measured now and for how long (of an older release's studies: since this page saw it), by which process. */
export function Running({ data, version }: { data: StudyData; version: number }) {
  const { writer, running, open } = data.now;
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
    </section>
  );
}

function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
