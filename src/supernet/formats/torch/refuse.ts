import { ModelError } from '../../../errors.js';

/** The error for a checkpoint that is broken, or that holds what no tensor needs. Nothing of the file was executed. */
export const refuse = (message: string, cause?: unknown): ModelError =>
  new ModelError('MODEL_CHECKPOINT', message, {
    cause,
    remedy:
      'save the state dictionary alone, `torch.save(model.state_dict(), path)`, or compare the file with the publisher’s sha256',
  });
