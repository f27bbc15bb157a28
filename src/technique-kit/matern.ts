/** The Matérn-5/2 correlation at a squared scaled distance (Rasmussen and Williams, 2006, equation 4.17). */
export function matern(squared: number): number {
  const x = Math.sqrt(5 * squared);
  return (1 + x + (5 / 3) * squared) * Math.exp(-x);
}

/** Its derivative by the squared distance. */
export function maternSlope(squared: number): number {
  const x = Math.sqrt(5 * squared);
  return (-5 / 6) * (1 + x) * Math.exp(-x);
}
