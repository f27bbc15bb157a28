/** Six significant digits, whole numbers whole: what a person reads. Files have every digit. */
export const shortNumber = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
