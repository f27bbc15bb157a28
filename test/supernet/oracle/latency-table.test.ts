import { expect, it } from 'vitest';
import { encodeModel } from '../../../src/supernet/formats/onnx/proto.js';
import { extract } from '../../../src/supernet/method/extract.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import { fullSubnet } from '../../../src/supernet/model/network.js';
import { createLatencyTable, drawSubnets } from '../../../src/supernet/oracle/latency-table.js';
import { encoderGraph } from '../../../src/supernet/run-onnx/network-graphs.js';
import { tinyModel } from '../train/tiny-model.js';

const model = { ...tinyModel(), sha256: '' };
const encoder = createEncoder(model.description);

it('measures the graph that the extracted subnet has', () => {
  for (const subnet of drawSubnets(encoder, 5, 'graphs')) {
    const small = extract(model, encoder, subnet);
    const own = encodeModel(encoderGraph(model.weights, encoder, subnet));
    const extracted = encoderGraph(small.weights, createEncoder(small.description));
    // Tensors of an extracted network may bear other names: operators and bytes are what time depends on.
    const shapeOf = ({ graph }: typeof extracted) => [
      graph.nodes.map(({ opType }) => opType),
      graph.initializers.map(({ type, dims }) => `${type} ${dims}`),
    ];
    expect(shapeOf(encoderGraph(model.weights, encoder, subnet))).toEqual(shapeOf(extracted));
    expect(Math.abs(own.length / encodeModel(extracted).length - 1)).toBeLessThan(0.01);
  }
});

it('adds up pieces: the same subnet takes the same, and steps told add up', async () => {
  const steps: number[] = [];
  const table = await createLatencyTable(model, encoder, { threads: 1, onProgress: (done) => void steps.push(done) });
  expect(steps).toEqual(Array.from({ length: steps.at(-1) ?? 0 }, (_, i) => i + 1));
  for (const subnet of [fullSubnet(encoder), ...drawSubnets(encoder, 5, 'check')]) {
    expect(table.predict(subnet)).toBeGreaterThanOrEqual(0);
    expect(table.predict(subnet)).toBe(table.predict([...subnet]));
  }
});

it('stops when it is told to', async () => {
  await expect(createLatencyTable(model, encoder, { signal: AbortSignal.abort() })).rejects.toThrow(/stopped/i);
});
