import type { Steps } from '../../base/turns.js';
import { DataError } from '../../errors.js';
import { addedPieces, createMask, type LabelledObject } from './labelled-image.js';

/** Labels are 16 bit numbers. */
const LABELS = 2 ** 16;
/** From so many labels on, their pieces are looked at. */
const MANY_LABELS = 16;
/** Pieces a label of a label map has on average at most; objects are cut in two by others, not in five. */
const PIECES = 4;
/** From so many labels on, those beside the largest are looked at: soft edges of a picture of two values have many. */
const SOFT_LABELS = 4;
/** Pixels that a piece of them has on average at least. */
const SOFT_PIECE = 3;
/** The boxes of all labels cover every pixel so often on average at most, which bounds the memory of the masks. */
const BOXES = 64;
/** Pixels between two turns of the event loop. */
const STEP = 2 ** 21;

/**
 * The objects of a label map `[height, width]`, 0 background, in order of their labels. Labels are counted in one pass,
 * refused where they cannot be objects, and cut out in a second pass: the cost is that of the pixels, however many labels
 * there are.
 * @throws DataError (DATA_LABELS) for values scattered as those of a photograph
 */
export function* objectsOfLabelMap(labels: Uint16Array, width: number): Steps<LabelledObject[]> {
  const height = labels.length / width;
  const rows = Math.max(1, Math.floor(STEP / width));
  const survey = createSurvey(labels, width);
  for (let y = 0; y < height; y += rows) {
    survey.rows(y, Math.min(height, y + rows));
    yield;
  }
  const found = survey.found();
  refuseScattered(found, labels.length);
  refuseSoft(found);
  const masks = found.map(({ label, area, box }) => ({ id: label, area, box, ...createMask(box) }));
  const place = new Uint16Array(LABELS);
  found.forEach(({ label }, i) => {
    place[label] = i;
  });
  for (let y = 0; y < height; y += rows) {
    for (let at = y * width; at < Math.min(height, y + rows) * width; at++) {
      const label = labels[at] as number;
      if (label !== 0) masks[place[label] as number]?.add(at % width, Math.floor(at / width));
    }
    yield;
  }
  return masks.map(({ id, area, box, mask }) => ({ id, area, box, mask }));
}

interface Found {
  readonly label: number;
  readonly area: number;
  readonly box: readonly [number, number, number, number];
  /** No more than it lies in, connected by sides. */
  readonly pieces: number;
}

/** Areas and boxes of all labels, and how many pieces they are in. */
function createSurvey(labels: Uint16Array, width: number) {
  const [area, x0, y0, x1, y1] = Array.from({ length: 5 }, () => new Uint32Array(LABELS)) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const euler = new Int32Array(LABELS);
  return {
    rows(from: number, to: number): void {
      for (let y = from; y < to; y++) {
        for (let x = 0; x < width; x++) {
          const at = y * width + x;
          const label = labels[at] as number;
          if (label === 0) continue;
          if (area[label] === 0) {
            x0[label] = x;
            x1[label] = x;
            y0[label] = y;
          } else if (x < (x0[label] as number)) x0[label] = x;
          else if (x > (x1[label] as number)) x1[label] = x;
          y1[label] = y;
          area[label] = (area[label] as number) + 1;
          const left = x > 0 && labels[at - 1] === label;
          const above = y > 0 && labels[at - width] === label;
          const between = left && above && labels[at - width - 1] === label;
          euler[label] = (euler[label] as number) + addedPieces(left, above, between);
        }
      }
    },
    found(): Found[] {
      const found: Found[] = [];
      for (let label = 1; label < LABELS; label++) {
        const own = area[label] as number;
        if (own === 0) continue;
        const [left, top, right, bottom] = [x0, y0, x1, y1].map((sides) => sides[label] as number) as [
          number,
          number,
          number,
          number,
        ];
        const pieces = euler[label] as number;
        found.push({ label, area: own, box: [left, top, right + 1, bottom + 1], pieces });
      }
      return found;
    },
  };
}

/** An outline drawn or resized with soft edges has its object's value inside and others along the edge, a pixel or two each. */
function refuseSoft(found: readonly Found[]): void {
  if (found.length < SOFT_LABELS) return;
  const [, ...others] = found.toSorted((a, b) => b.area - a.area);
  const area = others.reduce((sum, one) => sum + one.area, 0);
  const pieces = others.reduce((sum, one) => sum + one.pieces, 0);
  if (area >= SOFT_PIECE * pieces) return;
  throw new DataError('DATA_LABELS', `its ${found.length} labels are one and the soft edges around it`, {
    remedy: 'draw or resize masks without antialiasing (nearest neighbour): every object has one value of its own',
  });
}

function refuseScattered(found: readonly Found[], pixels: number): void {
  const pieces = found.reduce((sum, one) => sum + one.pieces, 0);
  const boxes = found.reduce((sum, { box: [x0, y0, x1, y1] }) => sum + (x1 - x0) * (y1 - y0), 0);
  const scattered = found.length >= MANY_LABELS && pieces > PIECES * found.length;
  if (!scattered && boxes <= BOXES * pixels) return;
  const how = scattered ? `lie in ${pieces} pieces or more` : 'are spread over the whole picture';
  throw new DataError('DATA_LABELS', `its ${found.length} labels ${how}, as the values of a photograph do`, {
    remedy: 'give a label map: 0 is background, every object has one value of its own',
  });
}
