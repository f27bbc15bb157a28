import { useMemo } from 'preact/hooks';
import type { Filter } from './filter.js';
import { formatShare, formatWhole, shortTechnique } from './format.js';
import { ScrollBox } from './scroll-box.js';
import type { StudyData, Tally } from './study-data.js';
import { colourOf, useTheme } from './theme.js';

interface Props {
  readonly data: StudyData;
  readonly version: number;
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

interface Line extends Tally {
  readonly place: number;
  readonly name: string;
  onFront: number;
}

/** Who proposed how much, what came of it and what of it is on the front; pressed, a technique's trials stand out. */
export function Techniques({ data, version, filter, onFilter }: Props) {
  const theme = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the data is one object that grows; its version says so
  const lines = useMemo(() => count(data), [data, version]);
  const most = Math.max(1, ...lines.map(({ trials }) => trials));
  const earned = lines.reduce((sum, line) => sum + line.earned, 0) || 1;
  return (
    <section class="panel techniques" aria-labelledby="techniques-title">
      <header>
        <h2 id="techniques-title">Techniques</h2>
        <p class="legend">who proposed, and what it earned</p>
      </header>
      <ScrollBox label="Table of techniques">
        <table>
          <thead>
            <tr>
              <th class="name" scope="col">
                technique
              </th>
              <th class="name" scope="col">
                trials
              </th>
              <th scope="col">complete</th>
              <th scope="col">on front</th>
              <th class="name" scope="col" title="Its share of all gains, each counted when it was told">
                earned
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr class={filter.technique === line.place ? 'on' : ''}>
                <th class="name" scope="row">
                  <button
                    type="button"
                    class="plain"
                    title={line.name}
                    aria-pressed={filter.technique === line.place}
                    onClick={() =>
                      onFilter({ ...filter, technique: filter.technique === line.place ? null : line.place })
                    }
                  >
                    <i style={{ background: colourOf(line.place, theme) }} />
                    {shortTechnique(line.name)}
                  </button>
                </th>
                <td>
                  <Bar
                    share={line.trials / most}
                    text={formatWhole(line.trials)}
                    colour={colourOf(line.place, theme)}
                  />
                </td>
                <td>{formatShare(line.complete / Math.max(1, line.trials))}</td>
                <td>{line.onFront}</td>
                <td>
                  <Bar
                    share={line.earned / earned}
                    text={formatShare(line.earned / earned)}
                    colour={colourOf(line.place, theme)}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  );
}

function Bar({ share, text, colour }: { share: number; text: string; colour: string }) {
  return (
    <span class="bar">
      <span>{text}</span>
      <i style={{ width: `${Math.max(share > 0 ? 1.5 : 0, 100 * share)}%`, background: colour }} />
    </span>
  );
}

function count(data: StudyData): Line[] {
  const lines = data.techniques.list.map(
    (name, place): Line => ({ place, name, trials: 0, complete: 0, earned: 0, ...data.tallies[place], onFront: 0 }),
  );
  for (const index of data.front()) (lines[data.technique.at(index)] as Line).onFront++;
  return lines.sort((a, b) => b.trials - a.trials);
}
