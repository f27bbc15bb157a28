// Whether attention heads as a third elastic dimension are worth it: supernets trained for equally many steps on two spaces, one
// with shares of every attention's heads to choose, searched alike; of each size the best subnet is scored on test. At 224 pixels on nuclei.
//   npm run build && node test/bench/supernet/heads.mjs --work /tmp/ablations --out results/heads.csv [--seeds 1,2,3]
// With --chain FOLDER, of a quickstart or full, its network, input size, space and supernet (of seed 1) are taken.
import { writeFile } from 'node:fs/promises';
import {
  chosenSubnets,
  design,
  prepare,
  readOptions,
  searchedSupernet,
  sizeOf,
  supersam,
  TEST,
  takeChain,
} from './commands.mjs';

const values = readOptions('heads.mjs', { seeds: '1,2,3', steps: '60', trials: '100', chain: '' });
const { work, out, chain } = values;
const REDUCTIONS = [0.3, 0.5, 0.7];

if (chain !== '') await takeChain(work, chain, 'space-seed-1/supernet');
prepare(work);
design(work, 'space-heads', '--heads', '0.5,0.75,1');
const rows = [];
for (const seed of values.seeds.split(',')) {
  for (const [name, spaceName] of [
    ['without heads', 'space'],
    ['with heads', 'space-heads'],
  ]) {
    const searched = await searchedSupernet(work, spaceName, { ...values, seed });
    for (const { reduction, subnet } of await chosenSubnets(work, searched, REDUCTIONS)) {
      const { scores } = JSON.parse(supersam('evaluate', '--model', subnet, ...TEST, '--json'));
      const { encoderParameters, macs } = await sizeOf(subnet);
      const sizes = [(encoderParameters / 1e6).toFixed(2), (macs / 1e9).toFixed(2)];
      rows.push([name, seed, reduction, ...sizes, scores.box.single.toFixed(4), scores.point.single.toFixed(4)]);
      const lines = [
        'space,seed,at least fewer,encoder parameters M,GMACs,box,point',
        ...rows.map((row) => row.join(',')),
      ];
      await writeFile(out, `${lines.join('\n')}\n`);
      console.log(lines.at(-1));
    }
  }
}
