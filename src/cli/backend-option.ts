import { Option } from 'commander';
import {
  loadTrainingBackend,
  type TrainingBackend,
  type TrainingBackendName,
  trainingBackendNames,
} from '../supernet/train/backend.js';

export type BackendChoice = TrainingBackendName | 'auto';

/** `--backend`; `auto` is native TensorFlow where it has a GPU, else ONNX Runtime, and never WebGPU, which is experimental. */
export const backendOption = (byDefault: BackendChoice): Option =>
  new Option('--backend <name>', 'what trains; auto: native TensorFlow on a GPU, else onnx; webgpu is experimental')
    .choices(['auto', ...trainingBackendNames])
    .default(byDefault);

export const chosenBackend = (choice: BackendChoice): Promise<TrainingBackend> =>
  loadTrainingBackend(choice === 'auto' ? undefined : choice);
