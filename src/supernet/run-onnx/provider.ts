import { BackendError } from '../../errors.js';
import { createSession } from './run-session.js';

/** What ONNX Runtime computes with. All but `cpu` are experimental: this project has not run them on their hardware yet. */
export const providers = ['cpu', 'cuda', 'webgpu', 'coreml', 'dml'] as const;
export type Provider = (typeof providers)[number];

const REMEDIES: { readonly [name in Provider]: string } = {
  cpu: 'install the package again (npm ci)',
  cuda: 'fetch its CUDA libraries (`ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node`, a driver and cuDNN 9), or leave --provider out',
  webgpu: 'it takes a GPU with a driver for Vulkan, Metal or Direct3D 12; without one leave --provider out',
  coreml: 'it comes with macOS alone; leave --provider out',
  dml: 'it comes with Windows alone; leave --provider out',
};

/** As lines for people have it. */
export const providerTitle = (provider: Provider): string => (provider === 'cpu' ? 'CPU' : provider);

/** Tries a provider before work is begun with it, as `checkProvider` does; the CPU is there without being tried. */
export const requireProvider = async (provider: Provider): Promise<void> =>
  provider === 'cpu' ? undefined : checkProvider(provider);

/**
 * Runs one addition on the provider.
 *
 * @throws BackendError BACKEND_PROVIDER when it is not in this build of ONNX Runtime, or finds no device.
 */
export async function checkProvider(provider: Provider): Promise<void> {
  const value = (name: string) => ({ name, type: 'float32' as const, shape: [1] });
  const node = { name: 'add', opType: 'Add', inputs: ['x', 'x'], outputs: ['y'], attributes: {} };
  const graph = { name: 'trial', nodes: [node], initializers: [], inputs: [value('x')], outputs: [value('y')] };
  const model = { irVersion: 8, producerName: 'supersam', opset: 17, metadata: {}, graph };
  try {
    const session = await createSession(model, { provider });
    const { y } = await session.run({ x: { data: Float32Array.of(1), shape: [1] } });
    await session.close();
    if (y?.data[0] !== 2) throw new Error(`1 + 1 came to ${y?.data[0]}`);
  } catch (cause) {
    const [why = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new BackendError(
      'BACKEND_PROVIDER',
      `ONNX Runtime cannot compute with ${provider} here: ${why.slice(0, 200)}`,
      {
        remedy: REMEDIES[provider],
        cause,
      },
    );
  }
}
