import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { Measurement, Parts } from '../core/oracle.js';
import type { Configuration } from '../core/space.js';
import { readMeasurement, readParts, thrownFailure } from './read-measurement.js';

export interface ModuleWorkerData {
  readonly file: string;
  readonly exportName: string;
  /** Metrics that must be finite numbers. */
  readonly required: readonly string[];
}

/** What the pool sends: a call, or the wish that the call of that id ends. */
export type ModuleRequest =
  | ({ readonly id: number; readonly configuration: Configuration } & CallFacts)
  | { readonly id: number; readonly abort: true };

/** `part` where the module exports `parts`: what it is to measure of the configuration. */
export interface CallFacts {
  readonly seed: number;
  readonly trial: number;
  readonly part?: number;
}

export type ModuleReply =
  | { readonly ready: true; readonly metrics: readonly string[] | null; readonly parts: Parts | null }
  | { readonly broken: string }
  | { readonly id: number; readonly measurement: Measurement };

type Measure = (request: CallFacts & { configuration: Configuration; signal: AbortSignal }) => unknown;

const port = parentPort;
if (port !== null) await serve(workerData as ModuleWorkerData, (reply: ModuleReply) => port.postMessage(reply));

async function serve(
  { file, exportName, required }: ModuleWorkerData,
  reply: (reply: ModuleReply) => void,
): Promise<void> {
  let module: { readonly [name: string]: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as typeof module;
  } catch (error) {
    return reply({ broken: `cannot be loaded: ${error instanceof Error ? error.message : String(error)}` });
  }
  const measure = module[exportName];
  if (typeof measure !== 'function') return reply({ broken: `has no function "${exportName}" among its exports` });
  const parts = readParts(module['parts']);
  if (typeof parts === 'string') return reply({ broken: parts });
  const controllers = new Map<number, AbortController>();
  port?.on('message', async (request: ModuleRequest) => {
    if ('abort' in request) return controllers.get(request.id)?.abort();
    const { id, ...call } = request;
    const controller = new AbortController();
    controllers.set(id, controller);
    const measurement = await measureOnce(measure as Measure, { ...call, signal: controller.signal }, required);
    controllers.delete(id);
    reply({ id, measurement });
  });
  const names = module['metrics'];
  reply({ ready: true, parts, metrics: Array.isArray(names) ? names.map(String) : null });
}

async function measureOnce(
  measure: Measure,
  request: Parameters<Measure>[0],
  required: readonly string[],
): Promise<Measurement> {
  try {
    return readMeasurement(await measure(request), required);
  } catch (error) {
    return thrownFailure(error);
  }
}
