// Builds program.c with the flags of a configuration, checks what it prints, and reports its run time and size as JSON.
// node measure.mjs CONFIGURATION [ROUNDS]

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the program prints when it computes the right thing; rounding may differ a little. */
const EXPECTED = 7_996_051;
const TOLERANCE = 0.001;

const [json, rounds = '10'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'gcc-flags-'));
try {
  console.log(JSON.stringify(measure(JSON.parse(json), join(folder, 'program'))));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function measure(configuration, program) {
  const source = fileURLToPath(new URL('program.c', import.meta.url));
  try {
    execFileSync('gcc', [...flagsOf(configuration), source, '-o', program], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    return {
      state: 'failed',
      kind: 'build',
      message: String(error.stderr ?? error.message)
        .trim()
        .split('\n')[0],
    };
  }
  const started = performance.now();
  const checksum = Number(execFileSync(program, [rounds], { encoding: 'utf8' }));
  const runSeconds = (performance.now() - started) / 1000;
  if (Math.abs(checksum / EXPECTED - 1) > TOLERANCE) {
    return { state: 'failed', kind: 'correctness', message: `the program printed ${checksum}, not ${EXPECTED}` };
  }
  return { runSeconds, kilobytes: statSync(program).size / 1024 };
}

/** A parameter that is inactive is not there and gives no flag. */
function flagsOf({ level, march, unroll, unrollTimes, vectorize, associative, loopInterchange, inline, ...numbers }) {
  const toggle = (value, name) => (value === undefined ? [] : [value ? `-f${name}` : `-fno-${name}`]);
  return [
    `-O${level}`,
    ...(march === 'native' ? ['-march=native'] : []),
    ...toggle(unroll, 'unroll-loops'),
    ...(unrollTimes === undefined ? [] : ['--param', `max-unroll-times=${unrollTimes}`]),
    ...toggle(vectorize, 'tree-vectorize'),
    ...(associative ? ['-fassociative-math', '-fno-signed-zeros', '-fno-trapping-math'] : []),
    ...toggle(loopInterchange, 'loop-interchange'),
    ...toggle(inline, 'inline-functions'),
    ...(numbers.inlineLimit === undefined ? [] : [`-finline-limit=${numbers.inlineLimit}`]),
    '--param',
    `max-peel-times=${numbers.peelTimes}`,
  ];
}
