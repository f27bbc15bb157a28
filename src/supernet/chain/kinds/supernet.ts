import { defineOracle } from '../../../core/oracle.js';
import type { Provider } from '../../run-onnx/provider.js';

export default defineOracle({
  where: 'MODEL_FOLDER',
  options: {
    data: { type: 'string', unit: 'folder', short: 'd', description: 'data set (default: the nuclei of the package)' },
    split: { type: 'string', choices: ['train', 'val'], default: 'val', description: 'measured on' },
    images: { type: 'integer', min: 1, description: 'first images of the split (default: all)' },
    inputSize: {
      type: 'integer',
      min: 16,
      max: 8192,
      unit: 'pixels',
      description: "side of the square input (default: the model's)",
    },
    prompts: {
      type: 'string',
      choices: ['box', 'point', 'both', 'random'],
      default: 'both',
      unit: 'kind',
      description: 'what is clicked or drawn',
    },
    mask: {
      type: 'string',
      choices: ['single', 'predicted', 'oracle'],
      default: 'single',
      unit: 'choice',
      description: 'the single mask, the one of best predicted IoU or the best of three',
    },
    maxObjects: { type: 'integer', min: 1, default: 8, description: 'largest objects of an image that are scored' },
    promptSeed: { type: 'integer', min: 0, default: 1, description: 'fixes the prompts' },
    minArea: {
      type: 'integer',
      min: 1,
      unit: 'pixels',
      description: 'leave out objects of fewer pixels (default: 16)',
    },
    maskColours: { type: 'boolean', description: 'masks are colours, an object each; black is background' },
    strict: { type: 'boolean', description: 'refuse a data set with broken images' },
    provider: {
      type: 'string',
      choices: ['cpu', 'cuda', 'webgpu', 'coreml', 'dml'] satisfies readonly Provider[],
      unit: 'name',
      description: 'experimental: what ONNX Runtime computes with (default: cpu)',
    },
    latency: { type: 'boolean', description: 'give latencyMs too: of the extracted encoder, by a table of its pieces' },
  },
  async open(folder, { space, threads, onNote, onSkip }, { strict, ...options }) {
    const { openSupernetOracle } = await import('../search.js');
    const oracle = await openSupernetOracle(folder, {
      ...{ ...options, threads, onNote },
      onSkip: strict ? undefined : onSkip,
    });
    try {
      oracle.checkSpace(space);
      return oracle;
    } catch (error) {
      await oracle.close?.();
      throw error;
    }
  },
});
