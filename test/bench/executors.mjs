// What an executor costs a job: node test/bench/executors.mjs [MS] [JOBS] [WORKERS,…] [EXECUTOR…]
//
// MS (10) is what the oracle waits, JOBS (200) the trials of each run, WORKERS (1,2,4,8) how many measure at once. An
// executor is inline, processes, folder, or an address as --executor takes it, bullmq:redis://localhost:6379. Overhead is
// wall clock from the first result to the last, times the workers, a job, less what the oracle waits; processorMs is the
// processor time of search and workers (Linux only; a server's is not in it), a job. One line of JSON a run.
// test/bench/peers/optuna_workers.py says the same of Optuna.

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createMemoryStore, createRng, createTechnique, loadTechniques, runStudy } from 'supersam';
import { cardOf, startProcesses } from '../../dist/src/cli/open-executor.js';
import { openProblem } from '../../dist/src/cli/open-problem.js';
import { loadExecutorKind } from '../../dist/src/plugins/load-kinds.js';

const [ms = '10', jobs = '200', counts = '1,2,4,8', ...executors] = process.argv.slice(2);
const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'supersam-bench-'));
const oracle = `module:${join(folder, 'oracle.mjs')}`;
writeFileSync(
  join(folder, 'oracle.mjs'),
  `export const metrics = ['error'];
  export default ({ configuration: { x } }) => new Promise((resolve) => setTimeout(resolve, ${Number(ms)}, { error: x }));`,
);
const space = join(folder, 'space.json');
writeFileSync(space, JSON.stringify({ name: 'line', parameters: [{ name: 'x', type: 'float', min: 0, max: 1 }] }));
const registry = await loadTechniques();

/** Processor seconds that this process and all below it have used, those that have ended left out. */
function processorSeconds() {
  const stats = readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return [{ pid: Number(pid), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
    } catch {
      return [];
    }
  });
  const ours = new Set([process.pid]);
  for (let before = 0; before !== ours.size; ) {
    before = ours.size;
    for (const { pid, parent } of stats) if (ours.has(parent)) ours.add(pid);
  }
  // A tick is 10 ms on every Linux that Node runs on.
  return stats.reduce((sum, { pid, ticks }) => sum + (ours.has(pid) ? ticks / 100 : 0), 0);
}

/** Wall clock and processor time between the results of the first and the last trial. */
async function measure(spec, workers) {
  const options = { space, oracle, metrics: ['error'], workers: spec === 'inline' ? workers : 1 };
  const problem = await openProblem(options);
  const study = `bench-${createRng(spec, workers, Date.now()).int(0, 1e9)}`;
  const where = spec === 'folder' ? `folder:${join(folder, study)}` : spec;
  const [name, ...rest] = where.split(':');
  const kind = await loadExecutorKind(name);
  const card = await cardOf(problem, options);
  const helpers = ['inline', 'processes'].includes(name)
    ? []
    : Array.from({ length: workers }, () =>
        spawn(process.execPath, [main, 'worker', where, '--name', study, '--oracle', oracle], { stdio: 'ignore' }),
      );
  const executor = await kind.open(rest.join(':'), {
    ...{ study, card, oracle: problem.oracle, workers, workerArguments: [], onNote: () => {} },
    startProcesses: (count) => startProcesses(count, card, options, true),
  });
  // All are there before it is measured.
  const present = () => helpers.length === 0 || (executor.fleet?.().workers.length ?? 0) >= workers;
  while (!present()) await new Promise((resolve) => setTimeout(resolve, 100));
  let [first, before] = [0, 0];
  await runStudy({
    ...{ name: study, executor, workers, oracle: problem.oracle, space: problem.space, seed: 1 },
    technique: createTechnique('random', registry),
    objectives: [{ metric: 'error', direction: 'min' }],
    store: createMemoryStore(),
    // A first round is not counted.
    budget: { trials: Number(jobs) + workers },
    onTrial: ({ number }) => {
      if (number === workers - 1) [first, before] = [performance.now(), processorSeconds()];
    },
  });
  const seconds = (performance.now() - first) / 1000;
  const processor = processorSeconds() - before;
  await executor.close(true);
  await problem.oracle.close?.();
  for (const helper of helpers) helper.kill('SIGKILL');
  return { seconds, processor };
}

for (const spec of executors.length > 0 ? executors : ['inline', 'processes', 'folder']) {
  for (const workers of counts.split(',').map(Number)) {
    const { seconds, processor } = await measure(spec, workers);
    const overheadMs = (1000 * seconds * workers) / Number(jobs) - Number(ms);
    const executor = spec.replace(/:\/\/.*/, '');
    const round = (value) => Number(value.toPrecision(3));
    console.log(
      JSON.stringify({
        ...{ executor, oracleMs: Number(ms), workers, jobs: Number(jobs) },
        ...{ jobsPerSecond: round(Number(jobs) / seconds), overheadMs: round(overheadMs) },
        processorMs: round((1000 * processor) / Number(jobs)),
      }),
    );
  }
}
rmSync(folder, { recursive: true, force: true });
process.exit();
