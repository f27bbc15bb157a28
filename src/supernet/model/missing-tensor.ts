import { ModelError } from '../../errors.js';

/** What every way of computing a network says where its weights are not those of its description. */
export const missingTensor = (name: string): ModelError =>
  new ModelError('MODEL_TENSORS', `the network has no tensor "${name}"`, {
    remedy: 'convert the checkpoint again: supersam convert',
  });
