import { ModelError } from '../../errors.js';
import type { CheckpointLayout } from './checkpoint-layout.js';
import { efficientSamLayout } from './layouts/efficientsam.js';
import { huggingFaceLayout } from './layouts/huggingface.js';
import { mobileSamLayout } from './layouts/mobilesam.js';
import { samLayout } from './layouts/sam.js';

export const checkpointLayouts: readonly CheckpointLayout[] = [
  samLayout,
  huggingFaceLayout,
  mobileSamLayout,
  efficientSamLayout,
];

/** Throws `ModelError` with some of the names when no layout has them. */
export function recogniseLayout(names: ReadonlySet<string>, label: string): CheckpointLayout {
  const layout = checkpointLayouts.find(({ recognises }) => recognises(names));
  if (layout !== undefined) return layout;
  const some = [...names].slice(0, 5).join(', ');
  throw new ModelError('MODEL_LAYOUT', `${label} is no known network; its ${names.size} tensors begin with ${some}`, {
    remedy: `give a checkpoint of ${checkpointLayouts.map(({ origin }) => origin).join(', ')}`,
  });
}
