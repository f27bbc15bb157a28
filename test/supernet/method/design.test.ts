import { describe, expect, it } from 'vitest';
import { compileSpace } from '../../../src/search-space/compile-space.js';
import { definitionSchema } from '../../../src/search-space/definition.js';
import { DESIGN_DEFAULTS, designSpace } from '../../../src/supernet/method/design.js';
import { checkRanking, type MeasuredRanking, removableUnits } from '../../../src/supernet/method/ranking.js';
import { architecture } from '../../../src/supernet/model/architectures.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import { createTinyVit, tinyVit5m } from '../../../src/supernet/model/networks/tinyvit.js';

const encoder = createTinyVit(tinyVit5m, 224);
const drops: { readonly [parameter: string]: number } = {
  'stage1.block0.attention': -0.01,
  'stage2.block3.attention': 0.01,
  'stage2.block3.mlp': 0.03,
};

/** Everything not named in `drops` ruins the network. */
const ranking: MeasuredRanking = {
  format: 1,
  method: 'leave-one-out',
  inputSize: 224,
  images: 1,
  objects: 1,
  prompt: 'both',
  mask: 'single',
  evaluation: '',
  meanIou: 0.8,
  removals: removableUnits(encoder).map(({ parameter, removed }) => {
    const drop = drops[parameter] ?? 0.5;
    return { parameter, removed, drop, meanIou: 0.8 - drop, encoderParameters: 1 };
  }),
};
const design = designSpace(encoder, ranking, { ...DESIGN_DEFAULTS, name: 'test' });
const parameter = (name: string) => design.space.parameters.find((each) => each.name === name);

it('removes the harmless units alone, less often the more they cost', () => {
  expect(design.removable.map((each) => each.parameter)).toEqual(Object.keys(drops));
  // A softmin of temperature 0.02; what the network is better without counts as harmless.
  const [a = 0, b = 0, c = 0] = design.removable.map(({ probability }) => probability);
  expect(a).toBe(0.5);
  expect(b).toBeCloseTo(0.5 * Math.exp(-0.01 / 0.02), 3);
  expect(c).toBeCloseTo(0.5 * Math.exp(-0.03 / 0.02), 3);
  expect(parameter('stage1.block1.attention')).toBeUndefined();
});

it('removes all that may go equally often when probabilities are constant', () => {
  const { removable } = designSpace(encoder, ranking, { ...DESIGN_DEFAULTS, name: 'test', probabilities: 'constant' });
  expect(removable.map(({ probability }) => probability)).toEqual([0.5, 0.5, 0.5]);
});

it('lets as many parts go as asked for, a greedy ranking in its own order', () => {
  const parts = (method: 'leave-one-out' | 'greedy', maxRemovable: number) =>
    designSpace(
      encoder,
      { method, removals: listed },
      { ...DESIGN_DEFAULTS, name: 'test', maxRemovable },
    ).removable.map(({ parameter }) => parameter);
  const [first, second, third] = Object.keys(drops);
  const listed = [
    { parameter: third ?? '', drop: 0.4 },
    { parameter: first ?? '', drop: 0.5 },
    { parameter: second ?? '', drop: 0.3 },
  ];
  expect(parts('leave-one-out', 1)).toEqual([second]);
  expect(parts('greedy', 1)).toEqual([third]);
  expect(parts('greedy', 2)).toEqual([third, first]);
  expect(parts('greedy', 0)).toEqual([]);
});

it('keeps removal probabilities as the first weight and shares the rest among the widths', () => {
  const gate = parameter('stage2.block3.attention');
  const probability = design.removable[1]?.probability ?? 0;
  expect(gate).toMatchObject({ type: 'boolean', weights: [probability, expect.closeTo(1 - probability, 6)] });
  const width = parameter('stage2.block3.mlp');
  expect(width).toMatchObject({ type: 'ordinal', choices: [0, 160, 320, 480, 640] });
  const [gone = 0, ...kept] = width?.weights ?? [];
  expect(gone).toBe(design.removable[2]?.probability);
  for (const weight of kept) expect(weight).toBeCloseTo((1 - gone) / 4, 3);
});

it('offers widths in multiples of eight channels, the whole width last', () => {
  const { space } = designSpace(encoder, ranking, { ...DESIGN_DEFAULTS, name: 'test', widths: [0.001, 0.33, 1] });
  const choices = space.parameters.flatMap((each) => (each.type === 'ordinal' ? [[...each.choices]] : []));
  expect(choices).toHaveLength(10);
  for (const widths of choices) {
    expect(widths.every((width) => width % 8 === 0)).toBe(true);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
  }
  expect(choices[0]).toEqual([8, 168, 512]);
});

it('states the size of the space and its smallest subnet', () => {
  // Two gates, nine MLPs of four widths, one of five.
  expect(design.size).toBe(2n ** 2n * 4n ** 9n * 5n);
  // Published closed form: d = 128, 160, 320 with 257, 321, 641 parameters a hidden channel.
  const widths = 2 * 257 * 384 + 5 * 321 * 480 + 2 * 641 * 960;
  const attention = (d: number, heads: number, window: number) => 2 * d + (4 * d + 4) * d + heads * window * window;
  const removed = attention(128, 4, 7) + attention(160, 5, 14) + 3 * 160 + 321 * 640;
  expect(design.encoderParameters).toEqual({ smallest: 5_738_964 - widths - removed, largest: 5_738_964 });
});

it('offers heads behind the gate of an attention that may go, and none unless asked to', () => {
  const heads = (space: typeof design.space) => space.parameters.filter(({ name }) => name.endsWith('.heads'));
  expect(heads(design.space)).toEqual([]);
  const { space, size } = designSpace(encoder, ranking, { ...DESIGN_DEFAULTS, name: 'test', heads: [0.5, 1] });
  // 4, 5 and 10 heads in two, six and two blocks.
  expect(heads(space).map((each) => each.type === 'ordinal' && each.choices)).toEqual(
    [2, 2, 3, 3, 3, 3, 3, 3, 5, 5].map((half, i) => [half, i < 2 ? 4 : i < 8 ? 5 : 10]),
  );
  expect(heads(space).flatMap((each) => (each.type === 'ordinal' && each.when) || [])).toEqual([
    'stage1.block0.attention',
    'stage2.block3.attention',
  ]);
  // A closed gate leaves one choice where an open one leaves two.
  expect(size).toBe(3n ** 2n * 2n ** 8n * 4n ** 9n * 5n);
  expect(compileSpace(definitionSchema.parse(space)).size()).toBe(size);
  const others = space.parameters.filter(({ name }) => !name.endsWith('.heads'));
  expect(others).toEqual(design.space.parameters);
});

describe('a plain ViT', () => {
  const vit = createEncoder(architecture('vit-b'));
  const spaceOf = (harmless: readonly string[], options = {}) =>
    designSpace(
      vit,
      { removals: harmless.map((name) => ({ parameter: name, drop: 0 })) },
      { ...DESIGN_DEFAULTS, name: 'vit', ...options },
    );

  it('puts the widths of a removable layer behind its gate, and counts a removed layer once', async () => {
    const { space, size } = spaceOf(['layer1', 'layer5']);
    expect(space.parameters.find(({ name }) => name === 'layer1')?.type).toBe('boolean');
    expect(space.parameters.find(({ name }) => name === 'layer1.mlp')).toMatchObject({ when: 'layer1' });
    expect(space.parameters.find(({ name }) => name === 'layer2.mlp')).not.toHaveProperty('when');
    expect(size).toBe(5n ** 2n * 4n ** 10n);
    expect(compileSpace(definitionSchema.parse(space)).size()).toBe(size);
  });

  it('needs no gate where both branches may go alone', () => {
    const { space } = spaceOf(['layer3', 'layer3.heads', 'layer3.mlp', 'layer4', 'layer4.heads']);
    const named = new Map(space.parameters.map((each) => [each.name, each]));
    expect(named.has('layer3')).toBe(false);
    expect(named.get('layer3.heads')).toMatchObject({ choices: [0, 12] });
    expect(named.get('layer4.heads')).toMatchObject({ choices: [0, 12], when: 'layer4' });
  });

  it('offers whole heads', () => {
    const { space } = spaceOf([], { heads: [0.5, 0.7, 1] });
    expect(space.parameters.find(({ name }) => name === 'layer0.heads')).toMatchObject({ choices: [6, 8, 12] });
  });
});

it('reads a ranking that counts a branch twice, by its gate and by its width', () => {
  const removals = [
    ...ranking.removals,
    { ...ranking.removals[2]!, parameter: 'stage1.block0.heads', removed: 0 as const },
  ];
  expect(() => checkRanking(encoder, { ...ranking, removals }, 'r.json')).not.toThrow();
});

it('refuses the ranking of another network and names the difference', () => {
  const [first, ...rest] = ranking.removals;
  const other = { ...ranking, removals: [{ ...first!, parameter: 'layer0' }, ...rest] };
  expect(() => checkRanking(encoder, other, 'r.json')).toThrow(/no layer0; the ranking lacks stage0\.block0/);
  expect(() => checkRanking(encoder, ranking, 'r.json')).not.toThrow();
});
