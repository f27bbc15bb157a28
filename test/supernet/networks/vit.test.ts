import { describe, expect, it } from 'vitest';
import { architecture } from '../../../src/supernet/architectures.js';
import { macs, parameterCount } from '../../../src/supernet/closed-form.js';
import { createEncoder } from '../../../src/supernet/description.js';
import { fullSubnet } from '../../../src/supernet/network.js';
import { decoderOf } from '../../../src/supernet/networks/decoder.js';

const elements = (shapes: ReadonlyMap<string, readonly number[]>) =>
  [...shapes.values()].reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);

describe('SAM ViT-B', () => {
  const encoder = createEncoder(architecture('vit-b'));

  it('has the published parameters', () => {
    expect(parameterCount(encoder, fullSubnet(encoder))).toBe(89_670_912);
    expect(elements(encoder.shapes)).toBe(89_670_912);
    // The stored Fourier matrix of 256 numbers is a buffer, which the published total leaves out.
    expect(elements(decoderOf(encoder.decoder).shapes)).toBe(4_064_560 + 256);
  });

  it('has the multiply-accumulates of the closed form', () => {
    expect(macs(encoder, fullSubnet(encoder))).toBe(486_038_667_264);
  });
});
