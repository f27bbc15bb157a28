/** What a surrogate expects of one loss at one configuration. */
export interface Prediction {
  readonly mean: number;
  readonly variance: number;
}
