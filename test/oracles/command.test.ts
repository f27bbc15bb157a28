import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCommandOracle } from '../../src/oracles/command.js';
import { commandTemplate, splitWords } from '../../src/oracles/command-line.js';
import { timeLimited } from '../../src/oracles/wrappers.js';
import { choiceSpace } from '../../src/testing/choice-space.js';

const space = choiceSpace({ a: [1, 2], b: [1, 2] });
const configuration = { a: 2, b: 1 };
const context = (signal = new AbortController().signal) => ({ trial: 4, seed: 9, signal });
const oracle = (line: string, memoryMegabytes?: number) =>
  createCommandOracle(line, { space, metrics: ['x'], ...(memoryMegabytes === undefined ? {} : { memoryMegabytes }) });
const measure = async (line: string) => (await oracle(line)).measure(configuration, context());
/** A node program as a quoted word of the command line. */
const node = (code: string) => `node -e '${code}'`;

describe('a command', () => {
  it('reports metrics on its last line and its wall time', async () => {
    const own = await measure(`sh -c 'echo noise; echo "{\\"x\\": {a}.5, \\"note\\": \\"text\\"}"; echo'`);
    expect(own).toMatchObject({ state: 'complete', metrics: { x: 2.5 } });
    const slept = await measure('sleep 0.0{b}');
    if (slept.state !== 'complete') throw new Error(slept.state);
    expect(Object.keys(slept.metrics)).toEqual(['seconds']);
    expect(slept.metrics['seconds']).toBeGreaterThanOrEqual(0.01);
    expect(await measure(`echo '{"seconds": 7}'`)).toMatchObject({ metrics: { seconds: 7 } });
  });

  it('finds the configuration, the seed and the trial in its environment', async () => {
    const line = node(
      'const e = process.env; console.log(JSON.stringify({ x: JSON.parse(e.SUPERSAM_CONFIGURATION).a, s: +e.SUPERSAM_SEED, t: +e.SUPERSAM_TRIAL }))',
    );
    expect(await measure(line)).toMatchObject({ metrics: { x: 2, s: 9, t: 4 } });
  });

  it('fails by its exit code, what it says, and a last line that is no JSON', async () => {
    expect(await measure(`sh -c 'echo no luck >&2; exit 3'`)).toEqual({
      state: 'failed',
      kind: 'runtime',
      message: 'exit code 3: no luck',
    });
    expect(await measure(`sh -c 'kill -SEGV $$'`)).toMatchObject({ kind: 'runtime', message: 'ended by SIGSEGV' });
    expect(await measure(`echo '{"state": "failed", "kind": "build", "message": "no such flag"}'`)).toEqual({
      state: 'failed',
      kind: 'build',
      message: 'no such flag',
    });
    expect(await measure(`echo '{"state": "infeasible"}'`)).toEqual({ state: 'infeasible' });
    expect(await measure(`echo '{"x": '`)).toMatchObject({ state: 'failed', kind: 'correctness' });
  });

  it('is killed with everything it started when its time is up', async () => {
    const mark = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'alive');
    writeFileSync(mark, '');
    const line = `sh -c '(while true; do echo x >> ${mark}; sleep 0.02; done) & wait'`;
    const limited = timeLimited(await oracle(line), { seconds: 1 });
    expect(await limited.measure(configuration, context())).toEqual({
      state: 'failed',
      kind: 'timeout',
      message: 'took more than 1 s',
    });
    const size = readFileSync(mark).length;
    expect(size).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(readFileSync(mark)).toHaveLength(size);
  });

  it('leaves no child behind when it ends by itself or is told to stop', async () => {
    const mark = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'alive');
    const behind = await measure(`sh -c '(sleep 0.1; echo x > ${mark}) & echo "{\\"x\\": 1}"'`);
    expect(behind).toMatchObject({ state: 'complete' });
    const controller = new AbortController();
    const stopped = (await oracle(`sh -c 'sleep 0.1; echo x > ${mark}'`)).measure(
      configuration,
      context(controller.signal),
    );
    controller.abort();
    expect(await stopped).toMatchObject({ state: 'failed' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(() => readFileSync(mark)).toThrow(/ENOENT/);
  });

  it('fails when it takes more memory than allowed, and no other does', async () => {
    const line = `sh -c 'x=$(head -c 200000000 /dev/zero | tr "\\\\0" x); echo "{\\"x\\": \${#x}}"'`;
    expect(await (await oracle(line, 60)).measure(configuration, context())).toMatchObject({ state: 'failed' });
    expect(await (await oracle('true', 60)).measure(configuration, context())).toMatchObject({ state: 'complete' });
  });

  it('refuses what cannot be run before any trial', async () => {
    await expect(oracle('no-such-program-at-all {a}')).rejects.toThrow(/no program "no-such-program-at-all"/);
    await expect(oracle('echo {aa}')).rejects.toThrow(/names no parameter by \{aa\}. Did you mean "a"\?/);
    await expect(oracle('')).rejects.toThrow(/empty/);
    await expect(oracle("echo 'x")).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('depends on the contents of the files it names', async () => {
    const script = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'measure.sh');
    writeFileSync(script, 'echo 1');
    const subject = await oracle(`sh ${script} {a}`);
    const before = await subject.fingerprint();
    writeFileSync(script, 'echo 2');
    expect(Object.keys(before)).toEqual(['command', script]);
    expect(await subject.fingerprint()).not.toEqual(before);
  });
});

it('fills values into words, never into the shell, and leaves words of inactive parameters out', () => {
  const template = commandTemplate('run --x={x} "{y}" -z{z}{x} {*} {print $1}', ['x', 'y', 'z']);
  expect(template.fill({ x: 'a b; rm', y: [1, 2] })).toEqual([
    'run',
    '--x=a b; rm',
    '[1,2]',
    '{"x":"a b; rm","y":[1,2]}',
    '{print',
    '$1}',
  ]);
});

it('splits every quoted list of words back', () => {
  const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (words) => {
      expect(splitWords(words.map(quote).join('  '))).toEqual(words);
    }),
  );
});
