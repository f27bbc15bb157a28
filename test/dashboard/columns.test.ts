import { expect, it } from 'vitest';
import { axesOf, toColumns } from '../../src/dashboard/columns.js';
import { STATES } from '../../src/dashboard/protocol.js';
import { definition, sampleTrials } from './sample-studies.js';

const axes = axesOf(definition('s'));

it('reads every parameter from the line that the definition keeps', () => {
  expect(axes.map(({ name, type, kind, levels }) => ({ name, type, kind, levels }))).toEqual([
    { name: 'stage1.block0.attention', type: 'boolean', kind: 'levels', levels: [false, true] },
    { name: 'stage1.block0.mlp', type: 'ordinal', kind: 'levels', levels: [0, 128, 256, 512] },
    { name: 'stage2.block0.mlp', type: 'ordinal', kind: 'levels', levels: [0, 160, 320, 640] },
    { name: 'rate', type: 'float', kind: 'number', levels: [] },
    { name: 'order', type: 'permutation', kind: 'text', levels: [] },
    { name: 'layout', type: 'categorical', kind: 'levels', levels: ['n c h w', 'nhwc'] },
  ]);
});

it('takes the scale of an axis from the space where the study keeps it', () => {
  const told = definition('s');
  const space = {
    ...told.space,
    definition: { name: 's', parameters: [{ name: 'rate', type: 'float', scale: 'log' }] },
  };
  expect(axesOf({ ...told, space }).map(({ isLog }) => isLog)).toEqual([false, false, false, true, false, false]);
});

it('turns trials into columns that say the same', () => {
  const trials = sampleTrials(40).map((trial) => ({ ...trial, seconds: trial.number / 10 }));
  const batch = toColumns(trials, 7, 2, axes);
  expect(batch.from).toBe(7);
  for (const [i, trial] of trials.entries()) {
    expect(batch.number[i]).toBe(trial.number);
    expect(batch.techniques[batch.technique[i] as number]).toBe(trial.technique);
    expect(STATES[batch.state[i] as number]).toBe(trial.state);
    expect(batch.values.map((column) => column[i])).toEqual(trial.values ?? [null, null]);
    for (const [place, axis] of axes.entries()) {
      const column = batch.parameters[place];
      const sent = column?.values[i] ?? null;
      const value =
        axis.kind === 'number'
          ? sent
          : axis.kind === 'levels'
            ? axis.levels[sent as number]
            : column?.texts?.[sent as number];
      const own = (trial.configuration as { [name: string]: unknown })[axis.name];
      expect(value).toEqual(axis.kind === 'text' ? JSON.stringify(own) : own);
    }
  }
  expect(batch.failures.map(({ number }) => number)).toEqual([9, 19, 29, 39]);
});
