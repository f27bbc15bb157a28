import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Configuration, createRng, loadSpace, type Metrics, type SearchSpace } from 'supersam';
import { front, hypervolume } from 'supersam/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTableOracle } from '../../src/oracles/table.js';

interface BuildTasks {
  buildTasks(out: string, tables?: string): Promise<string[]>;
  defaultTables(): string;
}
const builder = './tasks/build.mjs';
const { buildTasks, defaultTables } = (await import(/* @vite-ignore */ builder)) as BuildTasks;

/** The tables are no part of the package; where they are not at hand there is nothing to build. */
describe.skipIf(!existsSync(defaultTables()))('benchmark tasks', () => {
  const out = mkdtempSync(join(tmpdir(), 'tasks-'));
  let names: string[] = [];
  beforeAll(async () => {
    names = await buildTasks(out);
  });
  afterAll(() => rmSync(out, { recursive: true }));

  const open = async (name: string) => {
    const folder = join(out, name);
    const task = JSON.parse(readFileSync(join(folder, 'task.json'), 'utf8')) as {
      oracle: string;
      reference?: number[];
      bestHypervolume?: number;
      optimum?: number;
    };
    return { folder, task, space: await loadSpace(join(folder, 'space.json')) };
  };
  const moduleOracle = async (folder: string) =>
    (await import(pathToFileURL(join(folder, 'oracle.mjs')).href)) as {
      default(given: { configuration: Configuration }): Metrics & { state?: unknown };
    };
  const table = (folder: string, space: SearchSpace) => createTableOracle(join(folder, 'table.csv'), space);
  const context = { trial: 0, seed: 0, signal: new AbortController().signal };

  it('reads every task as a space with an oracle for it', async () => {
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      const { folder, task, space } = await open(name);
      const configuration = space.sample(createRng(name));
      if (task.oracle.startsWith('table:')) {
        const oracle = await table(folder, space);
        expect((await oracle.measure(configuration, context)).state).toMatch(/complete|infeasible|failed/);
      } else {
        const measured = (await moduleOracle(folder)).default({ configuration });
        if (measured.state === 'infeasible') continue;
        expect(Object.values(measured).every(Number.isFinite), name).toBe(true);
      }
    }
  });

  it('has the exact front of NAS-Bench-Macro: 35 points, hypervolume 1076.28', async () => {
    const { folder, task, space } = await open('nas-bench-macro-flops');
    const oracle = await table(folder, space);
    const points: number[][] = [];
    for (const configuration of space.enumerate()) {
      const measured = await oracle.measure(configuration, context);
      if (measured.state === 'complete') points.push([measured.metrics['error']!, measured.metrics['mflops']!]);
    }
    expect(points).toHaveLength(6561);
    const members = front(points).map((i) => points[i]!.join());
    expect(new Set(members).size, 'networks that are the same but for where they skip share a point').toBe(35);
    expect(hypervolume(points, task.reference!)).toBeCloseTo(task.bestHypervolume!, 2);
  });

  it('has the synthetic problems with their answers', async () => {
    const zdt = await open('zdt1-6-11');
    const steps = Array.from({ length: 11 }, (_, i) => i / 10);
    const { default: measure } = await moduleOracle(zdt.folder);
    const front = steps.map((x1) => {
      const { f1, f2 } = measure({ configuration: { x1, x2: 0, x3: 0, x4: 0, x5: 0, x6: 0 } });
      expect(f2).toBeCloseTo(1 - Math.sqrt(x1), 12);
      return [f1!, f2!];
    });
    expect(hypervolume(front, zdt.task.reference!)).toBeCloseTo(zdt.task.bestHypervolume!, 12);
    expect((await open('burma14')).task.optimum).toBe(3323);
    expect((await open('knapsack-24')).task.optimum).toBe(13549094);
    const branin = await open('branin');
    expect(branin.task.optimum).toBeCloseTo(0.397887, 6);
    const { value } = (await moduleOracle(branin.folder)).default({ configuration: { x1: Math.PI, x2: 2.275 } });
    expect(value).toBeCloseTo(branin.task.optimum!, 12);
    const mw = await open('mw1-4-15');
    expect(mw.task.oracle).toBe('module:oracle.mjs');
    const worst = { x1: 1, x2: 1, x3: 1, x4: 1 };
    expect((await moduleOracle(mw.folder)).default({ configuration: worst }).state).toBe('infeasible');
  });

  it('has constraints that leave exactly the configurations of the convolution table', async () => {
    const { folder, space } = await open('convolution-a100-legal');
    const oracle = await table(folder, space);
    expect(space.size()).toBe(4362n);
    for (const configuration of space.enumerate()) {
      expect((await oracle.measure(configuration, context)).state).toMatch(/complete|failed/);
    }
  });

  it('counts the block parameters of HW-GPT-S: 84.93 million with every MLP at its widest', async () => {
    const { folder, space } = await open('hw-gpt-s');
    const layers = Array.from({ length: 12 }, (_, i) => i + 1);
    const configuration: Configuration = {
      depth: 12,
      ...Object.fromEntries(layers.flatMap((layer) => [[`ratio${layer}`, 4] as const, [`heads${layer}`, 12] as const])),
    };
    expect(space.isLegal(configuration)).toBe(true);
    const { parameters, perplexity } = (await moduleOracle(folder)).default({ configuration });
    expect(parameters).toBeCloseTo((12 * 12 * 768 * 768) / 1e6, 6);
    expect(perplexity).toBeLessThan(28);
  });
});
