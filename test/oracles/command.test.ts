import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createCommandOracle } from '../../src/oracles/command.js';
import { commandTemplate, splitWords } from '../../src/oracles/command-line.js';
import { timeLimited } from '../../src/oracles/wrappers.js';
import { choiceSpace } from '../../src/testing/choice-space.js';

const space = choiceSpace({ a: [1, 2], b: [1, 2] });
const configuration = { a: 2, b: 1 };
const context = (signal = new AbortController().signal) => ({ trial: 4, seed: 9, signal });
const oracle = (line: string, memoryMegabytes?: number) =>
  createCommandOracle(line, { space, metrics: [], ...(memoryMegabytes === undefined ? {} : { memoryMegabytes }) });
const measure = async (line: string, metrics: readonly string[] = []) =>
  (await createCommandOracle(line, { space, metrics })).measure(configuration, context());
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
    expect(await measure(`echo '\uFEFF{"seconds": 7}'`)).toMatchObject({ metrics: { seconds: 7 } });
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
  });

  it.each([
    ['{\n  "x": 2,\n  "deep": {\n    "y": 1\n  }\n}\n', 2],
    ['{"x": 1}\n{"x": 3}\n\n', 3],
    ['{"x": NaN}', /^x is "NaN", which is no finite number$/],
    ['{"x": -Infinity, "note": "NaN"}', /^x is "-Infinity"/],
    ['{"x": "1.5"}', /^x is "1.5", which is no finite number$/],
    ['{"x": true}', /^x is true, which/],
    ['\u001b[32m{"x": 4}\u001b[0m\n', 4],
    ['1 %\r2 %\r{"x": 5}\r\n', 5],
    ['\u001b]0;run 3 of 4\u0007{"x": 6}\u0007\n', 6],
    ['\u001b]8;;file:///a\u001b\\{"x": 7}\u001b(B\u001b[m', 7],
    ['\0\u0001binary\0\n{"x": 8}\n', 8],
    [`{"x": 1, "trace": [${'1234567, '.repeat(9000)}1]}`, /^its last line is longer than is read; a short JSON object/],
    ['{\0"x": 5}\0', /^its output holds NUL characters, as UTF-16 does; print UTF-8$/],
    ['{"x": null}', /^x is null, which/],
    ['{"x": 1, "y": {"z": 1},\n "x": 2}', /^in its result "x" is given twice, the second time in line 2$/],
    ['{"x": 1}\ndone\n', /expected at the end of its output, not "done"$/],
    ['{"x": ', /expected at the end of its output, not "\{\\"x\\":"$/],
    ['{"y": 1}', /^its result \{"y":1\} has no "x"$/],
    ['', /^it printed nothing; a JSON object with "x" is expected/],
  ])('reads or refuses in plain words what it prints: %j', async (output, expected) => {
    const file = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'output');
    writeFileSync(file, output);
    const measured = await measure(`cat ${file}`, ['x']);
    if (typeof expected === 'number') expect(measured).toMatchObject({ state: 'complete', metrics: { x: expected } });
    else expect(measured).toMatchObject({ kind: 'correctness', message: expect.stringMatching(expected) });
  });

  it('is complete when it ends, whatever it left behind', async () => {
    const started = performance.now();
    // A daemon of its own session, as a build server is, which holds the output open.
    const measured = await measure(`sh -c 'setsid sleep 5 & echo "{\\"x\\": 1}"'`, ['x']);
    expect(measured).toMatchObject({ state: 'complete', metrics: { x: 1 } });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('reads all of a large output that came with the exit', async () => {
    const line = node('process.stdout.write("x".repeat(5e6) + "\\n"); console.log(JSON.stringify({ x: 7 }))');
    expect(await measure(line, ['x'])).toMatchObject({ metrics: { x: 7 } });
  });

  it('ends with the process that measures, however that ends', async () => {
    const built = new URL('../../dist/src/oracles/command.js', import.meta.url).href;
    for (const signal of ['SIGHUP', 'SIGTERM', 'SIGKILL'] as const) {
      const mark = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'alive');
      const script = `(sleep 0.02; while echo x >> ${mark}; do sleep 0.02; done)`;
      const code = `
        import { createCommandOracle } from '${built}';
        const oracle = await createCommandOracle("sh -c '${script}'", { space: { parameters: [] }, metrics: [] });
        await oracle.measure({}, { trial: 0, seed: 1, signal: new AbortController().signal });`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'inherit' });
      await vi.waitUntil(() => existsSync(mark), { timeout: 30_000 });
      child.kill(signal);
      await new Promise((resolve) => child.once('exit', resolve));
      // Killed within moments: what it writes to stops growing.
      const sizes = [-1];
      const isDead = () => sizes.push(readFileSync(mark).length) > 1 && sizes.at(-1) === sizes.at(-2);
      await vi.waitUntil(isDead, { timeout: 10_000, interval: 300 });
    }
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
    const script = (text: string) => {
      const path = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'measure.sh');
      writeFileSync(path, text, { mode: 0o755 });
      return path;
    };
    await expect(oracle(script('#!/no/such/sh -e\necho 1\n'))).rejects.toThrow(/is to be run by \/no\/such\/sh, which/);
    await expect(oracle(script('#!/bin/sh\r\necho 1\r\n'))).rejects.toThrow(/ends its lines as Windows does/);
    await expect(oracle(script('#! /bin/sh -e\necho 1\n'))).resolves.toBeDefined();
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

  it('depends on the files it is said to depend on, and on no others', async () => {
    const depends = join(mkdtempSync(join(tmpdir(), 'supersam-')), 'kernel.c');
    writeFileSync(depends, 'int x;');
    const fingerprint = async () =>
      (await createCommandOracle('true {a}', { space, metrics: [], depends: [depends] })).fingerprint();
    const before = await fingerprint();
    expect(await fingerprint()).toEqual(before);
    writeFileSync(depends, 'int y;');
    expect(await fingerprint()).not.toEqual(before);
    expect(await (await oracle('true {a}')).fingerprint()).toEqual({ command: 'true {a}' });
    const missing = createCommandOracle('true', { space, metrics: [], depends: ['/nowhere'] });
    await expect(missing).rejects.toThrow(/cannot read \/nowhere, which --depends names/);
  });

  it('takes a limit of memory that no shell could read for none', async () => {
    expect(await (await oracle('true', 1e300)).measure(configuration, context())).toMatchObject({ state: 'complete' });
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
