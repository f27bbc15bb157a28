/** Stops of viridis (van der Walt and Smith, 2015), dark at the end: even to the eye, in grey and for the colour-blind. */
const STOPS = [
  [216, 226, 60],
  [122, 209, 81],
  [34, 168, 132],
  [42, 120, 142],
  [65, 68, 135],
  [68, 1, 84],
] as const;

/** The same for lines and dots, which stand on the page's own ground, light or dark: without either end. */
export const markShade = (share: number): string => shade(0.1 + 0.6 * Math.min(1, Math.max(0, share)));

/** A colour for a share from 0 (light) to 1 (dark). */
export function shade(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (STOPS.length - 1);
  const i = Math.min(STOPS.length - 2, Math.floor(at));
  const [from, to] = [STOPS[i], STOPS[i + 1]] as [readonly number[], readonly number[]];
  const mixed = from.map((own, c) => Math.round(own + (at - i) * ((to[c] as number) - own)));
  return `#${mixed.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
