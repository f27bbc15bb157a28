import type { Encoder, Weights } from '../model/network.js';
import type { TrainingBackend } from './backend.js';
import { createDeviceTrainer } from './device-trainer.js';
import { createExecutor, type ExecutorOptions } from './executor.js';
import { lossDefaults } from './image-gradient.js';
import { type TrainedState, type Trainer, trainingStep } from './training-step.js';

/** On a GPU everything that is trained stays on the device; else gradients come into flat arrays, an image a worker. */
export function createTrainer(
  backend: TrainingBackend,
  encoder: Encoder,
  state: TrainedState,
  options: Omit<ExecutorOptions, 'flat'> & { readonly weights: Weights },
  workers?: number,
): Trainer {
  const { weights, loss = lossDefaults } = options;
  if (backend.device === 'gpu') return createDeviceTrainer(backend.tf, encoder, weights, state, loss);
  const executor = createExecutor('subnets', backend, { ...options, flat: state.flat }, workers);
  return {
    step: (...args) => trainingStep({ executor, ...state }, ...args),
    fetch: async () => {},
    load: () => {},
    close: () => executor.close(),
  };
}
