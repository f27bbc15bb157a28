import type { LabelledObject } from './labelled-object.js';
import type { Picture } from './read-picture.js';

export type { LabelledObject } from './labelled-object.js';

export interface LabelledImage extends Picture {
  readonly name: string;
  /** In order of their numbers. */
  readonly objects: readonly LabelledObject[];
}
