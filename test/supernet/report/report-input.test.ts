import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readReportInput, writeReportInput } from '../../../src/supernet/report/report-input.js';
import { sampleReport } from './sample-report.js';

describe('report input', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'supersam-report-'));
  const path = join(folder, 'report-input.json');
  afterAll(() => rm(folder, { recursive: true }));

  it('comes back as it was written, pixels in buffers included', async () => {
    const input = sampleReport();
    const maskPanels = input.maskPanels.map((panel) => ({
      ...panel,
      image: { ...panel.image, rgb: Buffer.from(panel.image.rgb) },
    }));
    await writeReportInput(path, { ...input, maskPanels });
    expect(await readReportInput(path)).toEqual(input);
  });

  it('names what is wrong', async () => {
    const content = await readFile(path, 'utf8');
    const wrong = async (text: string) => {
      await writeFile(path, text);
      return readReportInput(path).catch((error: Error) => error.message);
    };
    expect(await wrong(content.slice(0, 900))).toMatch(/is no JSON/);
    expect(await wrong(content.replace('"prompt":"box"', '"prompt":"circle"'))).toMatch(/rows\.0\.prompt/);
    expect(await wrong(content.replace('"width":160', '"width":161'))).toMatch(/do not fit/);
    expect(await wrong(content.replace('"rgb":"', '"rgb":"AAAA'))).toMatch(/deflated/);
    await expect(readReportInput(join(folder, 'nothing.json'))).rejects.toThrow(/cannot be read/);
  });
});
