import { useEffect, useState } from 'preact/hooks';

/** The page's colours as its style has them now, for what is drawn on canvases. */
export interface Theme {
  readonly ink: string;
  readonly quiet: string;
  readonly rule: string;
  readonly edge: string;
  readonly paper: string;
  readonly ground: string;
  readonly accent: string;
  readonly chosen: string;
  readonly faint: string;
  readonly alarm: string;
  readonly live: string;
  readonly isDark: boolean;
}

const NAMES = [
  'ink',
  'quiet',
  'rule',
  'edge',
  'paper',
  'ground',
  'accent',
  'chosen',
  'faint',
  'alarm',
  'live',
] as const;
const DARK = matchMedia('(prefers-color-scheme: dark)');

function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const colours = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  return { ...(colours as Record<(typeof NAMES)[number], string>), isDark: DARK.matches };
}

/** Follows the system's light or dark theme. */
export function useTheme(): Theme {
  const [theme, setTheme] = useState(readTheme);
  useEffect(() => {
    const change = () => setTheme(readTheme());
    DARK.addEventListener('change', change);
    return () => DARK.removeEventListener('change', change);
  }, []);
  return theme;
}

export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", Arial, sans-serif';

/** Colours of techniques and studies: apart for the colour-blind (Okabe and Ito), lighter in the dark. */
const LIGHT = ['#0072b2', '#d55e00', '#009e73', '#b0569a', '#b08900', '#2f8fd0', '#7b3fa0', '#6b6b6b'];
const DARKER = ['#56b4e9', '#ff8f4d', '#35c99b', '#e39bcb', '#e6b93a', '#8fcdf5', '#b98be0', '#a9a9a9'];

export const colourOf = (place: number, { isDark }: Theme): string => {
  const colours = isDark ? DARKER : LIGHT;
  return colours[place % colours.length] as string;
};
