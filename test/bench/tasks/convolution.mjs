import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** What the kernel's authors restrict; on the recorded table these three give exactly the configurations it holds. */
const RESTRICTIONS = [
  'block_size_x * block_size_y <= 1024',
  'use_padding == 0 || (use_shmem == 1 && block_size_x % 32 != 0)',
  'use_shmem == 0 || (block_size_x * tile_size_x + 14) * (block_size_y * tile_size_y + 14) * 4 <= 49152',
];

/** Kernel Tuner's brute-forced convolution on an A100: what the table lacks is illegal, what has no time failed. */
export function convolution(tables) {
  const file = join(tables, 'kernel_tuner', 'convolution_milo_A100.json.gz');
  const { cache, tune_params: values, tune_params_keys: all } = JSON.parse(gunzipSync(readFileSync(file)).toString());
  const names = all.filter((name) => values[name].length > 1);
  const measured = Object.values(cache);
  const isTime = (time) => typeof time === 'number';
  const table = {
    header: [...names, 'time', 'state'],
    rows: measured.map((row) => [
      ...names.map((name) => row[name]),
      isTime(row.time) ? row.time : '',
      isTime(row.time) ? 'complete' : 'failed',
    ]),
  };
  const parameters = names.map((name) => ({ name, type: 'categorical', choices: values[name] }));
  const shared = {
    objectives: ['time:min'],
    optimum: Math.min(...measured.map(({ time }) => time).filter(isTime)),
    table,
  };
  return [
    {
      ...shared,
      name: 'convolution-a100',
      description: 'milliseconds of a GPU kernel; 4,201 of 10,240 configurations run, which ones is not told',
      space: { name: 'convolution-a100', parameters },
    },
    {
      ...shared,
      name: 'convolution-a100-legal',
      description: 'milliseconds of a GPU kernel; its restrictions are constraints of the space',
      space: { name: 'convolution-a100-legal', parameters, constraints: RESTRICTIONS },
    },
  ];
}
