import { STATES } from '../protocol.js';
import { BlockMap, type Piece } from './block-map.js';
import { Extract } from './extract.js';
import { formatSeconds, formatValue, metricLabel, shortTechnique } from './format.js';
import { ScrollBox } from './scroll-box.js';
import type { StudyData } from './study-data.js';
import { configurationOf, valueText } from './trial-values.js';

interface Props {
  readonly data: StudyData;
  readonly pieces: readonly Piece[];
  readonly index: number | null;
  /** Whether it is only under the cursor. */
  readonly isHovered: boolean;
  readonly isOnFront: boolean;
}

/** Everything about one trial: the one under the cursor, else the chosen one. */
export function Inspector({ data, pieces, index, isHovered, isOnFront }: Props) {
  if (index === null || index >= data.count) {
    return (
      <section class="panel inspector" aria-labelledby="inspector-title">
        <header>
          <h2 id="inspector-title">Trial</h2>
        </header>
        <p class="empty">The first complete trial shows up here.</p>
      </section>
    );
  }
  const number = data.number.at(index);
  const state = STATES[data.state.at(index)] ?? 'failed';
  const failure = data.failures.find((each) => each.number === number);
  return (
    <section class={`panel inspector${isHovered ? ' hovered' : ''}`} aria-labelledby="inspector-title">
      <header>
        <h2 id="inspector-title">Trial {number}</h2>
        {isOnFront && <span class="badge lead">{data.head.objectives.length === 1 ? 'best' : 'on the front'}</span>}
        {state !== 'complete' && <span class="badge alarm">{state}</span>}
      </header>
      <dl class="values">
        {data.head.objectives.map(({ metric }, axis) => (
          <div>
            <dt>{metricLabel(metric)}</dt>
            <dd>{formatValue(data.values[axis]?.at(index) ?? Number.NaN)}</dd>
          </div>
        ))}
      </dl>
      {failure !== undefined && (
        <p class="failure">
          <b>{failure.kind}</b> <code>{failure.message}</code>
        </p>
      )}
      {pieces.length > 0 && <BlockMap data={data} pieces={pieces} index={index} />}
      {data.head.parameters.length > 0 && (
        <ScrollBox label="Configuration" class="configuration">
          <dl>
            {data.head.parameters.map((axis, place) => (
              <div>
                <dt title={axis.name}>{axis.name}</dt>
                <dd>{valueText(data, place, index)}</dd>
              </div>
            ))}
          </dl>
        </ScrollBox>
      )}
      <footer>
        <span class="quiet">
          {shortTechnique(data.techniques.list[data.technique.at(index)] ?? '')}
          {Number.isNaN(data.seconds.at(index)) ? '' : ` · ${formatSeconds(data.seconds.at(index))}`}
        </span>
        <button
          type="button"
          onClick={({ currentTarget }) => {
            void navigator.clipboard.writeText(JSON.stringify(configurationOf(data, index), null, 2));
            currentTarget.textContent = 'Copied';
          }}
        >
          Copy configuration
        </button>
      </footer>
      {!isHovered && state === 'complete' && data.head.oracle === 'supernet' && (
        <Extract key={number} study={data.head.id} trial={number} />
      )}
    </section>
  );
}
