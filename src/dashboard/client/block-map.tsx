import { placeOf } from '../../supernet/report/piece-place.js';
import { formatWhole } from './format.js';
import type { StudyData } from './study-data.js';

/** A subnet's pieces as the parameters of its space name them. */
export interface Piece {
  readonly name: string;
  readonly block: string;
  readonly kind: string;
  /** Place of its parameter. */
  readonly axis: number;
}

const PIECE = /(^|\.)(attention|mlp|heads|block\d+)$/;

/** The pieces of a space of subnets; none for any other space. */
export function piecesOf({ head: { parameters } }: StudyData): readonly Piece[] {
  const pieces = parameters.flatMap(({ name, kind }, axis) =>
    kind === 'levels' && PIECE.test(name) ? [{ name, axis, ...placeOf(name) }] : [],
  );
  return pieces.length >= 3 ? pieces : [];
}

interface Props {
  readonly data: StudyData;
  readonly pieces: readonly Piece[];
  readonly index: number;
}

/** What a subnet keeps: a column a block, a row a kind of piece; a sliced width is filled to its share. */
export function BlockMap({ data, pieces, index }: Props) {
  const blocks = [...new Set(pieces.map(({ block }) => block))];
  const kinds = [...new Set(pieces.map(({ kind }) => kind))].sort();
  const stages = stagesOf(blocks);
  const kept = pieces.filter((piece) => sizeOf(data, piece, index).share > 0).length;
  return (
    <figure class="blocks" aria-label={`Keeps ${kept} of ${pieces.length} elastic pieces`}>
      <div class="grid" style={{ gridTemplateColumns: `auto repeat(${blocks.length}, minmax(0, 1fr))` }}>
        <span />
        {stages.map(({ name, span }) => (
          <span class="stage" style={{ gridColumn: `span ${span}` }}>
            {name}
          </span>
        ))}
        {kinds.map((kind) => (
          <>
            <span class="kind">{kind}</span>
            {blocks.map((block) => {
              const piece = pieces.find((each) => each.block === block && each.kind === kind);
              return piece === undefined ? <span /> : <Cell data={data} piece={piece} index={index} />;
            })}
          </>
        ))}
      </div>
      <figcaption>
        {kept} of {pieces.length} elastic pieces kept
      </figcaption>
    </figure>
  );
}

function Cell({ data, piece, index }: { data: StudyData; piece: Piece; index: number }) {
  const { share, size, full } = sizeOf(data, piece, index);
  const says = full > 1 ? `${formatWhole(size)} of ${formatWhole(full)}` : share > 0 ? 'kept' : 'removed';
  return (
    <span class={share === 0 ? 'cell gone' : 'cell'} title={`${piece.name}: ${says}`}>
      <i style={{ height: `${100 * share}%`, opacity: full > 1 ? 0.35 + 0.65 * share : 1 }} />
    </span>
  );
}

/** Of a gate 1 or 0; of a width its size against the largest that the space has. An inactive parameter counts as gone. */
function sizeOf(data: StudyData, { axis }: Piece, index: number): { share: number; size: number; full: number } {
  const { levels = [] } = data.head.parameters[axis] ?? {};
  const number = (level: unknown) => (typeof level === 'number' ? level : level === true ? 1 : 0);
  const full = Math.max(1, ...levels.map(number));
  const size = number(levels[data.parameters[axis]?.at(index) ?? -1]);
  return { share: size / full, size, full };
}

/** `stage2.block0` … are headed together by `stage2`; other names stand for themselves. */
function stagesOf(blocks: readonly string[]): { name: string; span: number }[] {
  const stages: { name: string; span: number }[] = [];
  for (const block of blocks) {
    const name = block.includes('.') ? block.slice(0, block.indexOf('.')) : block.replace(/\d+$/, '');
    const last = stages.at(-1);
    if (last?.name === name) last.span++;
    else stages.push({ name, span: 1 });
  }
  return stages;
}
