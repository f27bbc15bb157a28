// What the engine itself costs: time a trial in each tenth of a study, in memory and in a database, and what a large table
// takes to load and to look up. Prints ratios; nothing passes or fails by time.
// npm run build && node test/bench/overhead.mjs [TRIALS] [TABLE_ROWS, 0 for no table] [TECHNIQUE …] [--memory]
// A technique is written as for --technique ("bandit:arms=random+greedy-mutation"); --memory leaves the database out.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createMemoryStore, createRng, createTableOracle, openSqliteStore, runStudy, space } from 'supersam';
import { cpuMs, techniqueOf, wideStudy } from './wide-study.mjs';

const { values: options, positionals } = parseArgs({
  options: { memory: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const [trials = 10_000, rows = 1_000_000] = positionals.slice(0, 2).map(Number);
const names = positionals.length > 2 ? positionals.slice(2) : ['random'];
const folder = mkdtempSync(join(tmpdir(), 'overhead-'));

try {
  for (const technique of names) {
    await study(`${technique}, memory`, technique, createMemoryStore());
    if (options.memory) continue;
    const store = openSqliteStore(join(folder, `${names.indexOf(technique)}.db`));
    await study(`${technique}, sqlite`, technique, store);
    store.close();
  }
  if (rows > 0) await table();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function study(title, technique, store) {
  const marks = [cpuMs()];
  await runStudy({
    ...wideStudy,
    technique: techniqueOf(technique),
    store,
    budget: { trials },
    onTrial: (_, { trials: { length } }) => length % (trials / 10) === 0 && marks.push(cpuMs()),
  });
  const tenths = marks.slice(1).map((mark, i) => (mark - marks[i]) / (trials / 10));
  const mean = (marks.at(-1) - marks[0]) / trials;
  console.log(
    `${title}: ${mean.toFixed(3)} ms of processor a trial over ${trials}; last tenth / second ${(tenths[9] / tenths[1]).toFixed(2)}`,
  );
  console.log(`  by tenth: ${tenths.map((ms) => ms.toFixed(3)).join(' ')}`);
}

async function table() {
  const side = Math.ceil(rows ** (1 / 3));
  const axes = ['a', 'b', 'c'];
  const cube = axes.reduce((builder, name) => builder.integer(name, 0, side - 1), space('cube')).compile();
  const lines = ['a,b,c,error,size'];
  for (let i = 0; i < rows; i++) {
    const [a, b, c] = [i % side, Math.floor(i / side) % side, Math.floor(i / side / side)];
    lines.push(`${a},${b},${c},${(a * b) / 7},${a + b + c}`);
  }
  const file = join(folder, 'table.csv');
  writeFileSync(file, `${lines.join('\n')}\n`);
  lines.length = 0;
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let start = cpuMs();
  const oracle = await createTableOracle(file, cube);
  const loaded = (cpuMs() - start) / 1000;
  globalThis.gc?.();
  const megabytes = (process.memoryUsage().rss - before) / 2 ** 20;
  const rng = createRng('lookups');
  const asked = Array.from({ length: 10_000 }, () => cube.sample(rng));
  start = cpuMs();
  for (const configuration of asked) await oracle.measure(configuration, {});
  const lookup = ((cpuMs() - start) / asked.length) * 1000;
  console.log(
    `table of ${rows} rows: loads in ${loaded.toFixed(1)} s of processor, holds ${megabytes.toFixed(0)} MiB, ${lookup.toFixed(1)} us a look-up`,
  );
}
