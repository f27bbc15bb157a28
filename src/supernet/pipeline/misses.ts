import { mean, sampleStandardDeviation } from 'simple-statistics';
import { PRE_TRAINED, type ReportRow } from '../report/report-model.js';
import type { ChosenSubnet } from './choose-subnets.js';

/**
 * Every line that a chosen subnet was to win and did not, so that no reader has to look for it: above the pre-trained network
 * at either input size, and above the mean of the random subnets of its size by more than that difference varies over
 * the prompt seeds. All compare the single mask with the same prompts on both sides.
 */
export function misses(rows: readonly ReportRow[], chosen: readonly Pick<ChosenSubnet, 'name'>[]): string[] {
  const single = rows.filter(({ mask }) => mask === 'single');
  return chosen.flatMap(({ name }) =>
    single.filter((row) => row.name === name).flatMap((own) => [...againstPretrained(own), ...againstRandom(own)]),
  );

  function againstPretrained({ name, prompt, meanIou }: ReportRow): string[] {
    return single
      .filter((row) => row.name === PRE_TRAINED && row.prompt === prompt && row.meanIou >= meanIou)
      .map(
        (rival) =>
          `${name} misses the pre-trained network at ${rival.inputSize} pixels with ${prompt} prompts: ${meanIou.toFixed(4)} against ${rival.meanIou.toFixed(4)}.`,
      );
  }

  function againstRandom({ name, prompt, bySeed }: ReportRow): string[] {
    const random = single.filter((row) => row.name.startsWith(`${name} random #`) && row.prompt === prompt);
    if (random.length === 0) return [];
    const gains = bySeed.map((value, i) => value - mean(random.map((row) => row.bySeed[i] as number)));
    const [gain, noise] = [mean(gains), gains.length > 1 ? sampleStandardDeviation(gains) : 0];
    if (gain > noise) return [];
    return [
      `${name} gains ${gain.toFixed(4)} over the mean of ${random.length} random subnets of its size with ${prompt} prompts, not more than that varies over prompt seeds (${noise.toFixed(4)}).`,
    ];
  }
}
