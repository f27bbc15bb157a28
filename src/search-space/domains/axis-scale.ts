/** A strictly increasing map of a range of numbers onto [0, 1], and back. */
export interface AxisScale {
  toUnit(value: number): number;
  fromUnit(unit: number): number;
}

/** Logarithms of any base give the same axis: `log` and `log2` differ in how they read alone. */
export function axisScale(min: number, max: number, scale: 'linear' | 'log' | 'log2'): AxisScale {
  if (max === min) return { toUnit: () => 0.5, fromUnit: () => min };
  if (scale === 'linear') {
    return { toUnit: (value) => (value - min) / (max - min), fromUnit: (unit) => min + unit * (max - min) };
  }
  const range = Math.log(max / min);
  return { toUnit: (value) => Math.log(value / min) / range, fromUnit: (unit) => min * Math.exp(unit * range) };
}
