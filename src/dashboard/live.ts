import type { SSEStreamingApi } from 'hono/streaming';
import { isSame } from '../base/json.js';
import type { Change, StudyFollower } from './follow-studies.js';
import type { LiveEvents, StudyNow } from './protocol.js';

/** What somebody who listens has already. */
export interface Heard {
  readonly id: string;
  /** Finished trials. */
  readonly from: number;
}

/** Proxies and browsers give up on a stream that says nothing for long. */
const BREATH_MS = 15_000;

/**
 * Tells one listener of everything new until it goes: the list of studies, and of the studies it named the trials that
 * finished since and what is being measured.
 */
export async function tellLive(
  stream: SSEStreamingApi,
  studies: StudyFollower,
  heard: readonly Heard[],
): Promise<void> {
  const places = new Map(heard.map(({ id, from }) => [id, from]));
  const last = new Map<string, StudyNow>();
  // Events go out one after the other, in the order in which they came.
  let line: Promise<unknown> = Promise.resolve();
  const say = <Name extends keyof LiveEvents>(event: Name, data: LiveEvents[Name]) => {
    line = line.then(() => stream.writeSSE({ event, data: JSON.stringify(data) }));
  };
  const sayGrowth = (id: string) => {
    const from = places.get(id);
    const study = from === undefined ? undefined : studies.read(id, from);
    if (from === undefined || study === undefined) return;
    const { batch, now } = study;
    if (batch.number.length > 0) {
      places.set(id, from + batch.number.length);
      say('trials', { id, batch });
    }
    const before = last.get(id);
    last.set(id, now);
    if (before === undefined || !isSame(before, now)) say('now', { id, now });
  };
  const onChange = (change: Change) => {
    if (change === 'entries') say('studies', studies.entries());
    else for (const id of change.grown) sayGrowth(id);
  };
  const end = studies.follow(onChange);
  const breath = setInterval(() => {
    line = line.then(() => stream.write(': still here\n\n'));
  }, BREATH_MS);
  try {
    // What came between the page's first question and this stream.
    say('studies', studies.entries());
    for (const { id } of heard) sayGrowth(id);
    await new Promise<void>((resolve) => stream.onAbort(resolve));
  } finally {
    end();
    clearInterval(breath);
  }
}
