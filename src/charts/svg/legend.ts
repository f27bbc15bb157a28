import { element, text } from './element.js';
import { INK } from './palette.js';
import { textWidth } from './text-width.js';

export interface LegendEntry {
  readonly label: string;
  /** The mark drawn around (0, 0). */
  readonly mark: string;
}

const FONT_SIZE = 12;
const LINE = 20;

/** The entries in lines from the top left; `height` is what they take. */
export function legend(
  entries: readonly LegendEntry[],
  left: number,
  right: number,
): { markup: string; height: number } {
  let x = left;
  let y = 18;
  const parts: string[] = [];
  for (const entry of entries) {
    const width = 22 + textWidth(entry.label, FONT_SIZE) + 16;
    if (x > left && x + width > right) {
      x = left;
      y += LINE;
    }
    parts.push(
      element('g', { transform: `translate(${Math.round(x + 8)} ${y})` }, entry.mark),
      element('text', { x: x + 22, y: y + 4, fill: INK, 'font-size': FONT_SIZE }, text(entry.label)),
    );
    x += width;
  }
  return { markup: parts.join(''), height: entries.length === 0 ? 0 : y };
}
