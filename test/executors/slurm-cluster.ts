import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** Why there can be no cluster here; undefined when there can. */
export const noCluster = (): string | undefined =>
  ['slurmctld', 'slurmd', 'sbatch', 'munged'].every(has)
    ? process.getuid?.() === 0
      ? undefined
      : 'slurmd must be started by root'
    : 'slurm-wlm and munge are not installed';

export interface Cluster {
  readonly env: { readonly SLURM_CONF: string };
  stop(): void;
}

/** A cluster of one node, this machine: munged, slurmctld and slurmd, without accounting. */
export async function startCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-slurm-'));
  const at = (name: string) => join(folder, name);
  for (const name of ['state', 'spool']) mkdirSync(at(name));
  chmodSync(folder, 0o755);
  const host = hostname().split('.')[0] as string;
  const conf = at('slurm.conf');
  writeFileSync(
    conf,
    `ClusterName=supersam
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmctldPort=26817
SlurmdPort=26818
AuthType=auth/munge
StateSaveLocation=${at('state')}
SlurmdSpoolDir=${at('spool')}
SlurmctldPidFile=${at('slurmctld.pid')}
SlurmdPidFile=${at('slurmd.pid')}
SlurmctldLogFile=${at('slurmctld.log')}
SlurmdLogFile=${at('slurmd.log')}
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmdParameters=config_overrides
AccountingStorageType=accounting_storage/none
NodeName=${host} NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=cpu Nodes=${host} Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:4
`,
  );
  const env = { SLURM_CONF: conf };
  const run = (program: string, ...words: string[]) =>
    execFileSync(program, words, {
      env: { ...process.env, ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  if (spawnSync('munge', ['-n']).status !== 0) {
    mkdirSync('/run/munge', { recursive: true });
    run('chown', 'munge:munge', '/run/munge');
    run('runuser', '-u', 'munge', '--', 'munged');
  }
  run('slurmctld', '-c');
  run('slurmd', '-c');
  for (let wait = 0; !/idle/.test(run('sinfo', '--noheader', '--format=%T')); wait++) {
    if (wait > 100) throw new Error(`no node came up:\n${readFileSync(at('slurmd.log'), 'utf8')}`);
    await sleep(200);
  }
  return {
    env,
    stop() {
      for (const name of ['slurmd.pid', 'slurmctld.pid']) {
        if (existsSync(at(name))) process.kill(Number(readFileSync(at(name), 'utf8')), 'SIGTERM');
      }
    },
  };
}
