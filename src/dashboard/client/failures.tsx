import type { TrialFailure } from '../protocol.js';
import { formatWhole } from './format.js';
import type { StudyData } from './study-data.js';

/** How many messages of a kind are listed; the table of trials leads to all. */
const SHOWN = 6;

/** What failed, by kind and message, the most frequent first; messages that differ in numbers alone count as one. */
export function Failures({ data, onChoose }: { data: StudyData; onChoose: (index: number) => void }) {
  const kinds = Map.groupBy(data.failures, ({ kind }) => kind);
  return (
    <section class="panel failures" aria-labelledby="failures-title">
      <header>
        <h2 id="failures-title">Failures</h2>
        <p class="legend">{`${formatWhole(data.failures.length)} of ${formatWhole(data.count)}`}</p>
      </header>
      {[...kinds].map(([kind, failures]) => (
        <details open={kinds.size === 1}>
          <summary>
            <b>{kind}</b> <span class="count">{formatWhole(failures.length)}</span>
          </summary>
          <ul>
            {byMessage(failures)
              .slice(0, SHOWN)
              .map((same) => (
                <li>
                  <code>{same[0]?.message.trim() || 'no message'}</code>
                  <span class="quiet">
                    {same.length > 1 && `${formatWhole(same.length)} times, first `}
                    <button type="button" class="link" onClick={() => onChoose(placeOf(data, same[0] as TrialFailure))}>
                      trial {same[0]?.number}
                    </button>
                  </span>
                </li>
              ))}
          </ul>
          {byMessage(failures).length > SHOWN && (
            <p class="note">and {byMessage(failures).length - SHOWN} more messages</p>
          )}
        </details>
      ))}
    </section>
  );
}

const byMessage = (failures: readonly TrialFailure[]): TrialFailure[][] =>
  [...Map.groupBy(failures, ({ message }) => message.trim().replaceAll(/\d+/g, '0')).values()].sort(
    (a, b) => b.length - a.length,
  );

function placeOf(data: StudyData, { number }: TrialFailure): number {
  for (let i = 0; i < data.count; i++) if (data.number.at(i) === number) return i;
  return 0;
}
