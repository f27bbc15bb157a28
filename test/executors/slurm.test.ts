import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ExecutorRequest } from '../../src/core/executor.js';
import slurm from '../../src/executors/kinds/slurm.js';
import { endOf, listTasks, submitArray } from '../../src/executors/slurm-commands.js';
import { surviveChaos } from './chaos.js';
import { noCluster, startCluster } from './slurm-cluster.js';

vi.setConfig({ testTimeout: 240_000 });

const newFolder = () => mkdtempSync(join(tmpdir(), 'supersam-slurm-'));
const path = process.env['PATH'];
afterEach(() => {
  process.env['PATH'] = path;
});

/** Programs of Slurm's names that answer as Slurm 22.05 did; what they were called with comes back. */
function fakePrograms(programs: { readonly [name: string]: string }): (name: string) => string {
  const folder = newFolder();
  for (const [name, body] of Object.entries(programs)) {
    const file = join(folder, name);
    const log = join(folder, `${name}.log`);
    writeFileSync(
      file,
      `#!/bin/sh\necho "$@" >> '${log}'\n[ ${name} = sbatch ] && cat > '${folder}/script'\n${body}\n`,
    );
    chmodSync(file, 0o755);
  }
  process.env['PATH'] = `${folder}${delimiter}${path}`;
  return (name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
}

describe('what Slurm says', () => {
  it('is read as recorded', async () => {
    const called = fakePrograms({
      sbatch: 'echo "1742;cluster-a"',
      squeue: `case "$*" in *999*) echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1;; esac
        printf '1742_1|RUNNING|node07|None\\n1742_2|PENDING||Resources\\n1742_3|COMPLETING|node[07-08]|NonZeroExitCode\\n'`,
      sacct: `case "$*" in *_3*) echo "Slurm accounting storage is disabled" >&2; exit 1;; *_2*) echo "NODE_FAIL|1:0";; *) echo "OUT_OF_MEMORY|0:125";; esac`,
    });
    expect(await submitArray('#!/bin/sh\nexit 0\n', 3, ['--partition=cpu'])).toBe('1742');
    expect(called('sbatch.log')).toBe('--parsable --array=1-3 --partition=cpu\n');
    expect(called('script')).toBe('#!/bin/sh\nexit 0\n');
    expect(await listTasks(['1742', '999'])).toEqual([
      { id: '1742_1', state: 'RUNNING', node: 'node07', reason: 'None' },
      { id: '1742_2', state: 'PENDING', node: '', reason: 'Resources' },
      { id: '1742_3', state: 'COMPLETING', node: 'node[07-08]', reason: 'NonZeroExitCode' },
    ]);
    expect(await endOf('1742_1')).toBe('OUT_OF_MEMORY, exit 0:125');
    expect(await endOf('1742_2')).toBe('NODE_FAIL, exit 1:0');
    expect(await endOf('1742_3')).toBeUndefined();
  });

  it('is passed on where it refuses, and so is that it is not here', async () => {
    const refusal = 'sbatch: error: invalid partition specified: cpuu';
    fakePrograms({ sbatch: `echo "${refusal}" >&2; exit 1` });
    await expect(submitArray('', 1, [])).rejects.toThrow(refusal);
    process.env['PATH'] = newFolder();
    await expect(submitArray('', 1, [])).rejects.toThrow('sbatch is not here');
  });

  it('is asked for the workers that are missing, by a script that opens the same oracle', async () => {
    const called = fakePrograms({
      sbatch: 'echo 18',
      squeue: `printf '17_2|RUNNING|node07|None\\n'`,
      scancel: 'exit 0',
    });
    const folder = newFolder();
    writeFileSync(join(folder, 'slurm.json'), '["17"]');
    const card = { requirement: { supersam: '1', oracle: 'o', fingerprint: {} }, space: null, metrics: [], limits: {} };
    const request = { study: 'big', card, workerArguments: ['--oracle', "command:it's {x}"], onNote: () => {} };
    const where = `partition=cpu,workers=3,folder=${folder},mem=2G`;
    const executor = await slurm.open(where, request as unknown as ExecutorRequest);
    await executor.close(true);
    expect(called('sbatch.log')).toContain(
      `--array=1-2 --job-name=supersam-big --output=${folder}/slurm/%A_%a.log --partition=cpu --mem=2G`,
    );
    expect(called('script')).toContain(`'worker' 'folder:${folder}' '--slots' '1' '--oracle' 'command:it'\\''s {x}'`);
    expect(called('scancel.log')).toBe('--quiet 17 18\n');
    expect(readdirSync(folder)).not.toContain('slurm.json');
  });

  it.each(['', 'cpu', 'partition=cpu,workers=0,folder=/x', 'partition=cpu,workers=2', 'workers=2,folder=/x,a b=3'])(
    'refuses slurm:%s',
    async (where) => {
      expect(() => slurm.serve(`${where},=`, {} as never)).toThrow(/slurm/);
    },
  );
});

const isSlow = process.env['SUPERSAM_SLOW'] === '1';
const why = noCluster();
it.skipIf(!isSlow || why !== undefined)(
  `survives killed and requeued tasks and coordinators on a cluster of one node${why === undefined ? '' : ` (${why})`}`,
  async () => {
    const cluster = await startCluster();
    const folder = newFolder();
    const call = (program: string, ...words: string[]) =>
      execFileSync(program, words, { env: { ...process.env, ...cluster.env }, encoding: 'utf8' });
    const tasks = () => call('squeue', '--noheader', '--array', '--states=RUNNING', '--format=%i').trim().split('\n');
    try {
      await surviveChaos({
        executor: `slurm:partition=cpu,workers=4,folder=${folder}`,
        env: cluster.env,
        seed: 'slurm',
        disturb: [
          // As a node that fails does to the tasks on it.
          async () => strikeOne('scontrol', 'requeue'),
          async () => strikeOne('scancel', '--signal=KILL', '--full'),
        ],
      });
      expect(call('squeue', '--noheader', '--states=RUNNING,PENDING').trim()).toBe('');
    } finally {
      cluster.stop();
    }

    function strikeOne(...words: [string, ...string[]]): void {
      try {
        const [task = ''] = tasks();
        if (task !== '') call(...words, task);
      } catch {
        // The task has ended meanwhile.
      }
    }
  },
);
