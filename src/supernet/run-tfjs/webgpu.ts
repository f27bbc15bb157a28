import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Core from '@tensorflow/tfjs-core';
import { BackendError } from '../../errors.js';
import type { Backend, Unavailable } from './backend.js';
import { installFolder } from './install-folder.js';

export const TFJS_WEBGPU_VERSION = '4.22.0';
export const DAWN_VERSION = '0.6.2';

/** Where `supersam backend install --webgpu` puts TensorFlow.js' WebGPU kernels and Dawn, which runs them under Node. */
export const webgpuFolder = (): string => installFolder(`tfjs-webgpu-${TFJS_WEBGPU_VERSION}-dawn-${DAWN_VERSION}`);

/** What is used of Dawn and of WebGPU; their types come with the packages, which are not there when this is compiled. */
interface Dawn {
  create(options: readonly string[]): Gpu;
  readonly globals: object;
}
interface Gpu {
  requestAdapter(options: { readonly powerPreference: string }): Promise<Adapter | null>;
}
export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter: boolean;
}
interface Adapter {
  readonly info: AdapterInfo;
  readonly limits: { readonly [name: string]: number };
  requestDevice(options: { readonly requiredLimits: { readonly [name: string]: number } }): Promise<Device>;
}
interface Device {
  readonly lost: Promise<{ readonly message: string }>;
  addEventListener(type: 'uncapturederror', listener: (event: { readonly error: Error }) => void): void;
}
interface WebgpuBackend extends Core.KernelBackend {
  read(id: object): Promise<Float32Array>;
}

/** The limits that TensorFlow.js asks for itself in a browser. */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
];

let loaded: Promise<Backend | Unavailable> | undefined;

/** TensorFlow.js on WebGPU, or why not. A process has one device: asked again, the same. */
export function tryWebgpu(): Promise<Backend | Unavailable> {
  loaded ??= open().catch((error: unknown) => ({
    ...{ name: 'webgpu', reason: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) },
  }));
  return loaded;
}

/** @throws BackendError BACKEND_UNAVAILABLE */
export async function loadWebgpu(): Promise<Backend> {
  const webgpu = await tryWebgpu();
  if ('reason' in webgpu) {
    throw new BackendError('BACKEND_UNAVAILABLE', `WebGPU cannot be used: ${webgpu.reason}`, {
      remedy: existsSync(webgpuFolder())
        ? DRIVER_REMEDY
        : 'run `npx supersam backend install --webgpu`, or use --backend onnx',
    });
  }
  await webgpu.tf.setBackend('webgpu');
  return webgpu;
}

const DRIVER_REMEDY =
  process.platform === 'linux'
    ? "install the GPU's Vulkan driver and its loader (Debian: libvulkan1 and nvidia-driver or mesa-vulkan-drivers; `vulkaninfo --summary` must list the card), or use --backend onnx"
    : "update the GPU's driver, or use --backend onnx";

async function open(): Promise<Backend | Unavailable> {
  const folder = webgpuFolder();
  if (!existsSync(folder)) return { name: 'webgpu', reason: 'not installed' };
  const { create, globals } = (await import(
    pathToFileURL(join(folder, 'node_modules', 'webgpu', 'index.js')).href
  )) as Dawn;
  const gpu = create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) return { name: 'webgpu', reason: 'no adapter: no GPU here has a driver that Dawn can use' };
  const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name] as number]));
  const device = await adapter.requestDevice({ requiredLimits });

  // The kernels name WebGPU's constants as globals.
  Object.assign(globalThis, globals);
  const require = createRequire(join(folder, 'index.js'));
  const tf = require('@tensorflow/tfjs-core') as typeof Core;
  const { WebGPUBackend } = require('@tensorflow/tfjs-backend-webgpu') as {
    readonly WebGPUBackend: new (device: Device, info: AdapterInfo) => WebgpuBackend;
  };
  const backend = withNavigator(gpu, () => new WebGPUBackend(device, adapter.info));
  reportFaults(device, backend);
  // Dawn ends with the object that made it, and what waits for a read would wait for ever.
  Object.assign(backend, { gpu });
  tf.registerBackend('webgpu', () => backend);
  await tf.setBackend('webgpu');
  await tf.ready();
  return {
    ...{ name: 'webgpu', device: 'gpu', tf },
    description: `@tensorflow/tfjs-backend-webgpu ${tf.version_core} on ${adapterName(adapter.info)} (experimental)`,
  };
}

/** For people. */
export function adapterName({ vendor, architecture, device, description, isFallbackAdapter }: AdapterInfo): string {
  const name = [vendor, architecture, device].filter((part) => part !== '').join(' ') || 'a GPU without a name';
  const driver = description === '' ? '' : `, ${description}`;
  return `${name}${driver}${isFallbackAdapter ? ', in software: no GPU' : ''}`;
}

/** TensorFlow.js asks for `navigator.gpu` when its backend is made; left there, it keeps Node from ending. */
function withNavigator<T>(gpu: Gpu, make: () => T): T {
  const scope = globalThis as { navigator?: object };
  const had = scope.navigator !== undefined;
  if (!had) scope.navigator = {};
  Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
  try {
    return make();
  } finally {
    if (had) Reflect.deleteProperty(scope.navigator as object, 'gpu');
    else delete scope.navigator;
  }
}

/** A fault of the device (memory, a lost driver) comes as an event alone; what is read afterwards would be zeros. */
function reportFaults(device: Device, backend: WebgpuBackend): void {
  let fault: string | undefined;
  const note = (message: string) => {
    fault ??= message.split('\n')[0] ?? '';
  };
  device.addEventListener('uncapturederror', ({ error }) => note(error.message));
  void device.lost.then(({ message }) => note(message));
  const read = backend.read.bind(backend);
  backend.read = async (id) => {
    const values = await read(id).catch((error: unknown) => {
      note(String(error));
      return new Float32Array();
    });
    if (fault === undefined) return values;
    throw new BackendError('BACKEND_DEVICE', `the GPU gave up: ${fault}`, {
      remedy: 'lower --batch or --input-size if memory ran out; the last checkpoint is kept',
    });
  };
}
