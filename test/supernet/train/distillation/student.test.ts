import { describe, expect, it } from 'vitest';
import { architecture } from '../../../../src/supernet/model/architectures.js';
import { createEncoder, parseDescription } from '../../../../src/supernet/model/description.js';
import { learntStudent, studentDescription } from '../../../../src/supernet/train/distillation/student.js';
import { tinyModel } from '../tiny-model.js';

const teacher = tinyModel();

describe("a student's description", () => {
  it('has the published layers, and the input, the decoder and the map of the teacher', () => {
    const minisam = architecture('mobilesam');
    const student = studentDescription(minisam, 224, 'efficientsam-ti', {});
    const published = architecture('efficientsam-ti').encoder;
    // Its position table has as many entries as the map has cells, which are 14 x 14 in the published one, too.
    expect(student.encoder).toEqual(published);
    const { pixelMean, pixelStd, resize } = minisam;
    expect(student).toMatchObject({ inputSize: 224, pixelMean, pixelStd, decoder: 'sam' });
    expect(student.resize).toBe(resize);
    const [own, reference] = [createEncoder(student), createEncoder(minisam, 224)];
    expect([own.grid, own.channels]).toEqual([reference.grid, reference.channels]);
    expect(parseDescription(JSON.parse(JSON.stringify(student)), 'student')).toEqual(student);
  });

  it("keeps the global layers of SAM's encoders at the end of every quarter, at any depth", () => {
    for (const name of ['vit-b', 'vit-l', 'vit-h'] as const) {
      const { encoder } = studentDescription(architecture('mobilesam'), 1024, name, {});
      expect(encoder).toEqual(architecture(name).encoder);
    }
    const { encoder } = studentDescription(architecture('mobilesam'), 448, 'vit-b', { depth: 8, channels: 256 });
    expect(encoder.family === 'sam-vit' && encoder.layers.map(({ window }) => window)).toEqual([
      14, 0, 14, 0, 14, 0, 14, 0,
    ]);
    expect(encoder).toMatchObject({ channels: 256, headChannels: 64, positionGrid: 28 });
  });

  it('takes a number of heads of its own, and refuses sizes that no network has', () => {
    const own = studentDescription(teacher.description, 64, 'efficientsam-ti', { depth: 2, channels: 24, heads: 3 });
    expect(own.encoder).toMatchObject({ headChannels: 8, layers: [{ heads: 3, mlpWidth: 96 }, { heads: 3 }] });
    expect(() => studentDescription(teacher.description, 64, 'efficientsam-ti', { channels: 100 })).toThrow(
      /100 channels do not fall into/,
    );
    expect(() => studentDescription(teacher.description, 64, 'mobilesam', {})).toThrow(/no plain vision transformer/);
    // The tiny teacher rounds its map up where a patch of 16 pixels does not fit.
    expect(() => studentDescription(architecture('efficientsam-ti'), 100, 'vit-b', {})).toThrow(
      /multiples of its patch/,
    );
  });
});

describe('a student that has weights', () => {
  const own = teacher.description;

  it("keeps its layers and takes the teacher's input size", () => {
    const { encoder, name, inputSize } = learntStudent(own, own, 128);
    expect({ encoder, name, inputSize }).toEqual({ encoder: own.encoder, name: 'tiny-distilled', inputSize: 128 });
  });

  it('is refused where it could not learn from the teacher', () => {
    expect(() => learntStudent({ ...own, pixelMean: [0, 0, 0] }, own, 64)).toThrow(/reads images or prompts otherwise/);
    expect(() => learntStudent({ ...own, decoder: 'efficientsam' }, own, 64)).toThrow(
      /reads images or prompts otherwise/,
    );
    expect(() => learntStudent({ ...own, encoder: { ...own.encoder, neckChannels: 128 } }, own, 64)).toThrow(
      /embeds into/,
    );
  });
});
