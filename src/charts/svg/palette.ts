/** Colours that stay apart for the colour-blind (after Okabe and Ito), the light yellow left out: the page is white. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7b3fa0', '#6b6b6b'] as const;

export const colourOf = (index: number): string => COLOURS[index % COLOURS.length] as string;

export const INK = '#1b2430';
export const FAINT_INK = '#5a6675';
export const GRID = '#e3e8ee';
export const FRONT_COLOUR = '#0072b2';
export const CHOSEN_COLOUR = '#d55e00';
export const BASELINE_COLOUR = '#b08900';
export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", Arial, sans-serif';
