import { element, text } from './element.js';
import { INK, type Point } from './marks.js';

/** About how wide a line of sans-serif text is, in pixels; there is nothing here that could measure it. */
export const textWidth = (content: string, fontSize: number): number => Array.from(content).length * fontSize * 0.56;

/** A name as it is, or its beginning with an ellipsis where it would be wider than `width` pixels. */
export function shortened(name: string, width: number, fontSize: number): string {
  const fitting = Math.floor(width / textWidth(' ', fontSize));
  const characters = Array.from(name);
  return characters.length <= fitting ? name : `${characters.slice(0, fitting - 1).join('')}…`;
}

export interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const FONT_SIZE = 12;
const GAP = 12;

/** Writes every label beside its mark, at the first of a few places that is inside `area` and free of labels, their marks and `obstacles`. */
export function placeLabels(labels: readonly Label[], area: Box, obstacles: readonly Point[] = []): string {
  const around = (x: number, y: number, reach: number): Box => ({
    left: x - reach,
    right: x + reach,
    top: y - reach,
    bottom: y + reach,
  });
  const taken: Box[] = [...labels.map(({ x, y }) => around(x, y, 7)), ...obstacles.map(([x, y]) => around(x, y, 4))];
  return labels
    .map((label) => {
      const width = textWidth(label.text, FONT_SIZE);
      const places = [0, 1, -1, 2, -2, 3, -3].flatMap((row) => [
        { x: label.x + GAP, y: label.y - 10 + row * 15 },
        { x: label.x - GAP - width, y: label.y - 10 + row * 15 },
        { x: label.x - width / 2, y: label.y - 14 + row * 15 },
      ]);
      const boxOf = ({ x, y }: { x: number; y: number }): Box => ({
        left: x,
        right: x + width,
        top: y - 11,
        bottom: y + 4,
      });
      const place =
        places.find(
          (candidate) => inside(boxOf(candidate), area) && !taken.some((box) => overlap(box, boxOf(candidate))),
        ) ?? (places[0] as { x: number; y: number });
      taken.push(boxOf(place));
      return element(
        'text',
        {
          x: place.x,
          y: place.y,
          'font-size': FONT_SIZE,
          'font-weight': 600,
          fill: INK,
          stroke: '#ffffff',
          'stroke-width': 3,
          'paint-order': 'stroke',
        },
        text(label.text),
      );
    })
    .join('');
}

const inside = (box: Box, area: Box): boolean =>
  box.left >= area.left && box.right <= area.right && box.top >= area.top && box.bottom <= area.bottom;

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
