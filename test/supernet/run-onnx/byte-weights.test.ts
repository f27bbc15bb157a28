import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeModel, encodeModel } from '../../../src/supernet/formats/onnx/proto.js';
import { storeBytes } from '../../../src/supernet/run-onnx/byte-weights.js';
import { createGraphBuilder } from '../../../src/supernet/run-onnx/graph-builder.js';
import { createSession } from '../../../src/supernet/run-onnx/run-session.js';

const [ROWS, COLUMNS] = [40, 30];

/** y = x W. */
function product(weights: Float32Array) {
  const graph = createGraphBuilder(new Map());
  const x = graph.input('x', [1, ROWS]);
  const w = graph.initializer('w', [ROWS, COLUMNS], () => weights);
  graph.output('y', { name: graph.node('MatMul', [x.name, w])[0] as string, shape: [1, COLUMNS] });
  return graph.finish('product');
}

it('keeps every weight within half a step of its channel, in ONNX Runtime, after it went through a file', async () => {
  const channel = fc.record({
    magnitude: fc.constantFrom(0, 1e-6, 1, 300),
    shares: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: ROWS, maxLength: ROWS }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(channel, { minLength: COLUMNS, maxLength: COLUMNS }), async (channels) => {
      const weights = new Float32Array(ROWS * COLUMNS);
      channels.forEach(({ magnitude, shares }, column) => {
        shares.forEach((share, row) => {
          weights[row * COLUMNS + column] = magnitude * share;
        });
      });
      const bytes = encodeModel(storeBytes(product(weights)));
      expect(decodeModel(bytes).graph.initializers.map(({ type }) => type)).toEqual(['int8', 'float32']);
      const session = await createSession(bytes, { threads: 1 });
      for (const row of [0, 17, ROWS - 1]) {
        const x = new Float32Array(ROWS);
        x[row] = 1;
        const { y } = await session.run({ x: { data: x, shape: [1, ROWS] } });
        for (let column = 0; column < COLUMNS; column++) {
          const own = Array.from({ length: ROWS }, (_, each) => weights[each * COLUMNS + column] as number);
          const step = Math.max(...own.map(Math.abs)) / 127;
          const lost = Math.abs((y?.data[column] as number) - (own[row] as number));
          expect(lost).toBeLessThanOrEqual(0.5001 * step + 1e-12);
        }
      }
      await session.close();
    }),
    { numRuns: 15 },
  );
});
