import { useMemo, useState } from 'preact/hooks';
import { STATES } from '../protocol.js';
import { type Filter, isOpen, passes } from './filter.js';
import { formatSeconds, formatValue, formatWhole, metricLabel, shortTechnique } from './format.js';
import { ScrollBox } from './scroll-box.js';
import type { StudyData } from './study-data.js';
import { download, trialsCsv, valueText } from './trial-values.js';

interface Props {
  readonly data: StudyData;
  readonly version: number;
  readonly filter: Filter;
  readonly chosen: number | null;
  readonly onChoose: (index: number) => void;
}

/** A page of the table. */
const ROWS = 100;

/** What the table may be ordered by: a fact of the trial, an objective or a parameter. */
type Key = 'number' | 'technique' | 'state' | 'seconds' | `objective:${number}` | `parameter:${number}`;

/** All trials that pass the ranges, a page at a time, in any order; the same rows as a CSV file. */
export function Trials({ data, version, filter, chosen, onChoose }: Props) {
  const [order, setOrder] = useState<{ readonly key: Key; readonly isDown: boolean }>({ key: 'number', isDown: true });
  const [page, setPage] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the data is one object that grows; its version says so
  const rows = useMemo(() => sortRows(data, filter, order), [data, version, filter, order]);
  const last = Math.max(0, Math.ceil(rows.length / ROWS) - 1);
  const at = Math.min(page, last);
  const head = (key: Key, text: string, isName = false) => (
    <th
      scope="col"
      class={isName ? 'name' : ''}
      aria-sort={order.key !== key ? 'none' : order.isDown ? 'descending' : 'ascending'}
    >
      <button
        type="button"
        class="plain"
        onClick={() => {
          setOrder({ key, isDown: order.key === key ? !order.isDown : key !== 'technique' });
          setPage(0);
        }}
      >
        {text}
        <span aria-hidden="true">{order.key !== key ? '' : order.isDown ? ' ↓' : ' ↑'}</span>
      </button>
    </th>
  );
  return (
    <section class="panel trials" aria-labelledby="trials-title">
      <header>
        <h2 id="trials-title">Trials</h2>
        <p class="legend">
          {isOpen(filter) ? formatWhole(rows.length) : `${formatWhole(rows.length)} of ${formatWhole(data.count)}`}{' '}
          trials
        </p>
        <button
          type="button"
          class="download"
          onClick={() =>
            download(
              `${data.head.name}.csv`,
              trialsCsv(
                data,
                [...rows].sort((a, b) => data.number.at(a) - data.number.at(b)),
              ),
            )
          }
        >
          Download CSV
        </button>
      </header>
      <ScrollBox label="Table of trials">
        <table class="listing">
          <thead>
            <tr>
              {head('number', 'trial')}
              {head('state', 'state', true)}
              {data.head.objectives.map(({ metric }, i) => head(`objective:${i}`, metricLabel(metric)))}
              {head('technique', 'technique', true)}
              {head('seconds', 'took')}
              {data.head.parameters.map(({ name }, i) => head(`parameter:${i}`, name))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(at * ROWS, (at + 1) * ROWS).map((index) => (
              <tr key={index} class={index === chosen ? 'on' : ''}>
                <td>
                  <button type="button" class="link" aria-pressed={index === chosen} onClick={() => onChoose(index)}>
                    {data.number.at(index)}
                  </button>
                </td>
                <td class={`name ${STATES[data.state.at(index)]}`}>{STATES[data.state.at(index)]}</td>
                {data.values.map((column) => (
                  <td>{formatValue(column.at(index))}</td>
                ))}
                <td class="name">{shortTechnique(data.techniques.list[data.technique.at(index)] ?? '')}</td>
                <td>{formatSeconds(data.seconds.at(index))}</td>
                {data.head.parameters.map((_, place) => (
                  <td>{valueText(data, place, index)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {last > 0 && (
        <nav class="pages" aria-label="Pages of the table">
          <button type="button" disabled={at === 0} onClick={() => setPage(at - 1)}>
            Before
          </button>
          <span>
            {formatWhole(at * ROWS + 1)} to {formatWhole(Math.min(rows.length, (at + 1) * ROWS))} of{' '}
            {formatWhole(rows.length)}
          </span>
          <button type="button" disabled={at === last} onClick={() => setPage(at + 1)}>
            Next
          </button>
        </nav>
      )}
    </section>
  );
}

function sortRows(data: StudyData, filter: Filter, { key, isDown }: { key: Key; isDown: boolean }): number[] {
  const isIn = passes(data, filter);
  const rows: number[] = [];
  for (let i = 0; i < data.count; i++) if (isIn(i)) rows.push(i);
  const place = Number(key.slice(key.indexOf(':') + 1));
  const column = key.startsWith('objective')
    ? data.values[place]
    : key.startsWith('parameter')
      ? data.parameters[place]
      : { number: data.number, technique: data.technique, state: data.state, seconds: data.seconds }[key as 'number'];
  const sign = isDown ? -1 : 1;
  // What has no value stands last in either order.
  const rank = (index: number) => {
    const value = column?.at(index) ?? Number.NaN;
    return Number.isNaN(value) ? Infinity : sign * value;
  };
  return rows.sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    return left === right ? b - a : left - right;
  });
}
