import fc from 'fast-check';
import { expect, it } from 'vitest';
import { barChart, visible } from '../../src/cli/terminal.js';

it('draws every bar on the scale of the largest magnitude', () => {
  const [gain, half, whole, zero] = barChart([
    { label: 'gain', value: -0.25 },
    { label: 'half', value: 0.5 },
    { label: 'whole', value: 1 },
    { label: 'zero', value: 0 },
  ]);
  expect(gain).toBe(`gain   -0.2500 ${'░'.repeat(10)}`);
  expect(half).toBe(`half    0.5000 ${'█'.repeat(20)}`);
  expect(whole).toBe(`whole   1.0000 ${'█'.repeat(40)}`);
  expect(zero).toBe('zero    0.0000');
});

it('writes standard errors behind the values, the bars still below one another', () => {
  expect(
    barChart([
      { label: 'a', value: 0.5, error: 0.0123 },
      { label: 'b', value: 1 },
    ]),
  ).toEqual([`a   0.5000 ± 0.0123 ${'█'.repeat(20)}`, `b   1.0000          ${'█'.repeat(40)}`]);
});

it('prints no control character but line ends and tabs, and leaves other text as it is', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.integer({ min: 0, max: 0x9f }).map((code) => String.fromCharCode(code)),
      fc.constantFrom('\u202e', 'é', '漢'),
    ),
  });
  fc.assert(
    fc.property(text, (given) => {
      expect(visible(given)).not.toMatch(/(?![\n\t])\p{Cc}|\p{Cf}/u);
      if (!/\p{Cc}|\p{Cf}/u.test(given)) expect(visible(given)).toBe(given);
    }),
    { seed: 1 },
  );
});
